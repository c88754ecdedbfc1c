#include "modules/core/src/element_fixture.h"

#include <algorithm>

#include "server/model/descriptor.h"

namespace ms::core {

void RecordedEvents::onEvent(const std::string& object_id, std::string_view type,
                             Json::Value data) {
  list.push_back({object_id, std::string(type), std::move(data)});
}

std::vector<std::string> RecordedEvents::types() const {
  std::vector<std::string> names;
  for (const Event& event : list) names.push_back(event.type);
  return names;
}

std::size_t RecordedEvents::count(std::string_view type) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(list, [&](const Event& event) { return event.type == type; }));
}

ElementTest::ElementTest() : config_(std::make_unique<Json::Value>()) {
  run([&] { pipeline_ = makePipeline(); });
}

ElementTest::~ElementTest() {
  run([&] { pipeline_.reset(); });
}

void ElementTest::run(const std::function<void()>& work) {
  loop_.runAndWait([&] { work(); });
}

model::ObjectContext ElementTest::context(const model::ClassDescriptor& descriptor,
                                          model::ObjectPtr parent) {
  const std::string place = parent ? parent->id() + "/" : "";
  return {place + std::to_string(next_id_++) + "_" + std::string(descriptor.qualified_name),
          descriptor,
          std::move(parent),
          loop_,
          events_,
          *config_};
}

}  // namespace ms::core
