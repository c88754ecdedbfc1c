// What every API object is: an id in the object tree, owned by one loop, ended once.
//
// The registry of the control loop holds it (server/rpc/object_directory.h); a parent does not own
// its children, it only knows them. Everything here but id(), descriptor() and loop() runs on
// loop().
#pragma once

#include <json/forwards.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/loop.h"

namespace ms::model {

struct ClassDescriptor;
class Object;
using ObjectPtr = std::shared_ptr<Object>;

// Told of what objects raise. Called on any loop, must not block: the RPC side posts it on.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // `data` is complete: what onEvent carries in params.value.data.
  virtual void onEvent(const std::string& object_id, std::string_view type, Json::Value data) = 0;
};

struct ObjectContext {
  std::string id;                     // "<parent id>/<uuid>_kurento.WebRtcEndpoint".
  const ClassDescriptor& descriptor;  // Static.
  ObjectPtr parent;                   // Null for a MediaPipeline and the ServerManager.
  Loop& loop;                         // The parent's, or the one chosen for a new pipeline.
  EventSink& events;                  // Outlives every object.
  const Json::Value& modules_config;  // The `modules` tree of the configuration; never changes.
};

class Object : public std::enable_shared_from_this<Object> {
 public:
  explicit Object(ObjectContext context);
  virtual ~Object();
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  const std::string& id() const { return id_; }
  const ClassDescriptor& descriptor() const { return descriptor_; }
  Loop& loop() const { return loop_; }

  ObjectPtr parent() const { return parent_.lock(); }
  const std::vector<std::weak_ptr<Object>>& children() const { return children_; }
  ObjectPtr root();  // The MediaPipeline, or the object itself when it has no parent.
  bool isClosed() const { return closed_; }

  // What events about this object carry as `tags`: an array of Tag registers, by default none.
  virtual Json::Value eventTags() const;

  // Ends all activity: links, sockets, timers. Called once on loop(), after the children's; the
  // object may live a little longer in calls that are under way, which must find it harmless.
  void close();

 protected:
  virtual void onClose() {}
  // Sends event `type`; `data` has the event's own fields, the subclass adds what all events carry.
  void sendEvent(std::string_view type, Json::Value data);
  const Json::Value& modulesConfig() const { return modules_config_; }

 private:
  friend class ObjectTree;
  const std::string id_;
  const ClassDescriptor& descriptor_;
  const std::weak_ptr<Object> parent_;
  Loop& loop_;
  EventSink& events_;
  const Json::Value& modules_config_;
  std::vector<std::weak_ptr<Object>> children_;
  bool closed_ = false;
};

}  // namespace ms::model
