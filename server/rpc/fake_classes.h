// Hand-made classes for tests and fuzzing of the control plane: a ServerManager, a MediaPipeline
// and an Element whose methods misbehave on request. Not part of the server.
#pragma once

#include <json/value.h>

#include <any>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/model/descriptor.h"
#include "server/model/object_tree.h"
#include "server/rpc/server_state.h"

namespace ms::rpc::fake {

// What the elements did, in order; shared with the test's thread.
class Diary {
 public:
  void write(std::string entry) {
    std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
  std::vector<std::string> read() const {
    std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
};

inline Json::Value& noConfig() {
  static Json::Value none;
  return none;
}

class Thing final : public model::Object {
 public:
  Thing(model::ObjectContext context, std::shared_ptr<Diary> diary)
      : Object(std::move(context)), diary_(std::move(diary)) {}

  std::string name;
  std::vector<model::Reply> waiting;

  void raise(Json::Value data) { sendEvent("Raised", std::move(data)); }
  Json::Value eventTags() const override {
    Json::Value tags(Json::arrayValue);
    if (!name.empty()) tags.append(name);
    return tags;
  }
  static Thing& of(model::Object& object) { return static_cast<Thing&>(object); }

 private:
  void onClose() override {
    if (diary_) diary_->write("closed " + std::string(descriptor().name));
    if (name == "throwsOnClose") throw std::runtime_error("cannot close");
  }
  const std::shared_ptr<Diary> diary_;
};

using model::Call;
using model::Method;
using model::ObjectResolver;
using model::Reply;

inline constexpr Method kMediaObjectMethods[] = {
    {"getName",
     [](const Json::Value&, ObjectResolver&) -> Call {
       return [](model::Object& self, Reply reply) { reply(Json::Value(Thing::of(self).name)); };
     }},
    {"setName",
     [](const Json::Value& params, ObjectResolver&) -> Call {
       if (!params["name"].isString()) {
         throw model::ApiError(model::ErrorCode::MarshallError,
                               "'name' parameter should be a string");
       }
       return [name = params["name"].asString()](model::Object& self, Reply reply) {
         Thing::of(self).name = name;
         reply(Json::Value());
       };
     }},
};

inline constexpr Method kElementMethods[] = {
    // Gives its parameter back.
    {"echo",
     [](const Json::Value& params, ObjectResolver&) -> Call {
       return [value = params["value"]](model::Object&, Reply reply) { reply(value); };
     }},
    // Answers when finishWaiting is called.
    {"wait",
     [](const Json::Value&, ObjectResolver&) -> Call {
       return [](model::Object& self, Reply reply) {
         Thing::of(self).waiting.push_back(std::move(reply));
       };
     }},
    {"finishWaiting",
     [](const Json::Value&, ObjectResolver&) -> Call {
       return [](model::Object& self, Reply reply) {
         for (Reply& waiting : std::exchange(Thing::of(self).waiting, {})) waiting("waited");
         reply(Json::Value());
       };
     }},
    {"forget",
     [](const Json::Value&, ObjectResolver&) -> Call { return [](model::Object&, Reply) {}; }},
    {"throwApiError",
     [](const Json::Value&, ObjectResolver&) -> Call {
       return [](model::Object&, Reply) {
         throw model::ApiError(model::ErrorCode::ConnectError, "cannot connect");
       };
     }},
    {"throwOther",
     [](const Json::Value&, ObjectResolver&) -> Call {
       return [](model::Object&, Reply) { throw std::runtime_error("oops"); };
     }},
    {"failToBind",
     [](const Json::Value&, ObjectResolver&) -> Call {
       throw std::runtime_error("bad arguments");
     }},
    {"raise",
     [](const Json::Value& params, ObjectResolver&) -> Call {
       return [data = params](model::Object& self, Reply reply) {
         Thing::of(self).raise(data);
         reply(Json::Value());
       };
     }},
    // An object parameter; gives its id.
    {"take",
     [](const Json::Value& params, ObjectResolver& objects) -> Call {
       return [other = objects.resolve(params["other"].asString())](model::Object&, Reply reply) {
         reply(Json::Value(other->id()));
       };
     }},
};

inline constexpr std::string_view kMediaObjectEvents[] = {"Error"};
inline constexpr std::string_view kElementEvents[] = {"Raised"};
inline constexpr std::string_view kManagerEvents[] = {"ObjectCreated", "ObjectDestroyed"};

inline model::Construction bindElement(const Json::Value& params, ObjectResolver& objects) {
  if (!params["mediaPipeline"].isConvertibleTo(Json::stringValue) ||
      !params.isMember("mediaPipeline")) {
    throw model::ApiError(model::ErrorCode::MarshallError,
                          "'mediaPipeline' parameter should be a string");
  }
  return {objects.resolve(params["mediaPipeline"].asString()), params["fault"].asString()};
}

inline model::Construction bindPipeline(const Json::Value&, ObjectResolver&) {
  return {nullptr, std::string()};
}

inline const model::ClassDescriptor kMediaObject{.name = "MediaObject",
                                                 .qualified_name = "kurento.MediaObject",
                                                 .module = "core",
                                                 .base = nullptr,
                                                 .is_abstract = true,
                                                 .methods = kMediaObjectMethods,
                                                 .events = kMediaObjectEvents,
                                                 .bind_constructor = nullptr};
inline const model::ClassDescriptor kServerManager{.name = "ServerManager",
                                                   .qualified_name = "kurento.ServerManager",
                                                   .module = "core",
                                                   .base = &kMediaObject,
                                                   .is_abstract = false,
                                                   .methods = kElementMethods,
                                                   .events = kManagerEvents,
                                                   .bind_constructor = nullptr};
inline const model::ClassDescriptor kMediaPipeline{.name = "MediaPipeline",
                                                   .qualified_name = "kurento.MediaPipeline",
                                                   .module = "core",
                                                   .base = &kMediaObject,
                                                   .is_abstract = false,
                                                   .methods = kElementMethods,
                                                   .events = kElementEvents,
                                                   .bind_constructor = &bindPipeline};
inline const model::ClassDescriptor kElement{.name = "Element",
                                             .qualified_name = "kurento.Element",
                                             .module = "core",
                                             .base = &kMediaObject,
                                             .is_abstract = false,
                                             .methods = kElementMethods,
                                             .events = kElementEvents,
                                             .bind_constructor = &bindElement};

inline constexpr const model::ClassDescriptor* kClasses[] = {&kMediaObject, &kServerManager,
                                                             &kMediaPipeline, &kElement};
inline const model::ModuleDescriptor kModule{
    .name = "core", .version = "1.0", .generation_time = "", .kmd = "{}", .classes = kClasses};

inline model::ModuleRegistry makeModules(const std::shared_ptr<Diary>& diary) {
  model::ModuleRegistry modules;
  modules.addModule(kModule);
  const auto make = [diary](model::ObjectContext context, const std::any& arguments) {
    const auto& fault = std::any_cast<const std::string&>(arguments);
    if (fault == "api") {
      throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam, "not like this");
    }
    if (!fault.empty()) throw std::runtime_error(fault);
    model::ObjectPtr thing = std::make_shared<Thing>(std::move(context), diary);
    model::ObjectTree::attach(thing);
    return thing;
  };
  modules.addFactory(kMediaPipeline, make);
  modules.addFactory(kElement, make);
  return modules;
}

inline model::ObjectPtr makeServerManager(Loop& control, model::EventSink& events) {
  return std::make_shared<Thing>(model::ObjectContext{.id = kServerManagerId,
                                                      .descriptor = kServerManager,
                                                      .parent = nullptr,
                                                      .loop = control,
                                                      .events = events,
                                                      .modules_config = noConfig()},
                                 nullptr);
}

}  // namespace ms::rpc::fake
