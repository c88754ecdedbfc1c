// The beginning and the end of API objects: makes them on their loops, holds them in the directory
// and for the sessions, and takes whole branches down again, children before parents.
//
// Lives on the control loop; factories and close() run on the objects' loops.
#pragma once

#include <json/forwards.h>

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/base/loop.h"
#include "server/model/descriptor.h"
#include "server/rpc/object_directory.h"
#include "server/rpc/session_table.h"
#include "server/rpc/subscription_table.h"

namespace ms::rpc {

class ObjectLife {
 public:
  struct Surroundings {
    Loop& control;
    model::EventSink& events;
    const Json::Value& modules_config;
    std::function<Loop&()> loop_for_pipeline;
    std::function<void(const std::string& id)> on_created;
    std::function<void(const std::string& id)> on_destroyed;
  };
  using OnCreated = std::move_only_function<void(std::expected<std::string, model::ApiError>)>;

  ObjectLife(Surroundings surroundings, ObjectDirectory& directory, SessionTable& sessions,
             SubscriptionTable& subscriptions);

  // Gives the id of the new object, held by `session` and by all who hold its parent.
  void create(const model::ClassDescriptor& descriptor, const model::Factory& factory,
              model::Construction construction, std::string session, OnCreated done);

  // What create() still makes; the rest fails (40009), and what is being made is closed again.
  enum class Creation { Anything, InPipelines, Nothing };
  void allowOnly(Creation allowed) { allowed_ = allowed; }

  // The objects and all below them are gone for every client at once; `done` comes when they are
  // closed. Unknown ones and permanent ones are left out.
  void release(const std::vector<std::string>& ids, Task done);

  // The session lets go of the object and of all below it; what nobody holds then is released.
  void unreference(const std::string& session, const std::string& object, Task done);
  void endSession(const std::string& session, Task done);

 private:
  class Closing;
  void finishCreation(const model::ObjectPtr& parent, model::ObjectPtr object,
                      const std::string& session, OnCreated& done);
  std::optional<model::ApiError> reasonToRefuse(const model::ObjectPtr& parent) const;
  void removeTraces(const std::string& id);

  const Surroundings around_;
  ObjectDirectory& directory_;
  SessionTable& sessions_;
  SubscriptionTable& subscriptions_;
  Creation allowed_ = Creation::Anything;
};

}  // namespace ms::rpc
