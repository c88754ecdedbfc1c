// For tests: makes objects without any module, and knows them by id.
#pragma once

#include <json/json.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/model/descriptor.h"
#include "server/model/object_tree.h"

namespace ms::model {

inline constexpr ClassDescriptor kThingClass = {
    .name = "Thing",
    .qualified_name = "test.Thing",
    .module = "test",
    .base = nullptr,
    .is_abstract = true,
    .methods = {},
    .events = {},
    .bind_constructor = nullptr,
};

class ObjectFixture : public ObjectResolver, public EventSink {
 public:
  struct Event {
    std::string object_id;
    std::string type;
    Json::Value data;
  };

  // T's constructor takes an ObjectContext, then `rest`.
  template <typename T, typename... Rest>
  std::shared_ptr<T> make(const std::string& id, const ClassDescriptor& descriptor,
                          const ObjectPtr& parent, Rest&&... rest) {
    auto object =
        std::make_shared<T>(ObjectContext{id, descriptor, parent, loop_, *this, modules_config_},
                            std::forward<Rest>(rest)...);
    ObjectTree::attach(object);
    objects_[id] = object;
    return object;
  }

  // What a Factory is called with.
  ObjectContext context(const std::string& id, const ClassDescriptor& descriptor,
                        const ObjectPtr& parent) {
    return {id, descriptor, parent, loop_, *this, modules_config_};
  }

  void forget(const std::string& id) { objects_.erase(id); }
  Json::Value& modulesConfig() { return modules_config_; }
  Loop& loop() { return loop_; }
  const std::vector<Event>& events() const { return events_; }

  ObjectPtr resolve(const std::string& id) override {
    const auto found = objects_.find(id);
    if (found != objects_.end()) return found->second;
    throw ApiError(ErrorCode::MediaObjectNotFound, "Object '" + id + "' not found");
  }

  void onEvent(const std::string& object_id, std::string_view type, Json::Value data) override {
    events_.push_back({object_id, std::string(type), std::move(data)});
  }

 private:
  Loop loop_{"test"};
  Json::Value modules_config_;
  std::map<std::string, ObjectPtr> objects_;
  std::vector<Event> events_;
};

// Parses a JSON literal of a test: single quotes stand for double ones.
inline Json::Value json(std::string text) {
  for (char& letter : text) {
    if (letter == '\'') letter = '"';
  }
  Json::Value value;
  std::string errors;
  const Json::CharReaderBuilder builder;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  if (!reader->parse(text.data(), text.data() + text.size(), &value, &errors)) {
    throw std::invalid_argument(errors);
  }
  return value;
}

// What an ApiError of `work` says: "40001 'x' parameter should be a string"; "" when none is
// thrown.
template <typename Work>
std::string errorOf(Work&& work) {
  try {
    work();
    return {};
  } catch (const ApiError& error) {
    return std::to_string(static_cast<int>(error.code())) + " " + error.what();
  }
}

}  // namespace ms::model
