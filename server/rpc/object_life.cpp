#include "server/rpc/object_life.h"

#include <map>
#include <memory>
#include <utility>

#include "server/base/log.h"
#include "server/base/uuid.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/session_resolver.h"

namespace ms::rpc {
namespace {

using model::ApiError;
using model::ObjectPtr;

LogCategory kLog("KurentoMediaSet");

using Made = std::expected<ObjectPtr, ApiError>;

// On the object's loop.
Made make(const model::Factory& factory, model::ObjectContext context, const std::any& arguments) {
  try {
    if (context.parent && context.parent->isClosed()) throw objectNotFound(context.parent->id());
    return factory(std::move(context), arguments);
  } catch (const ApiError& error) {
    return std::unexpected(error);
  } catch (const std::exception& error) {
    return std::unexpected(unexpectedError(error.what()));
  }
}

// On the objects' loop. What an object cannot close properly must not keep the others.
void closeAll(const std::vector<ObjectPtr>& objects) {
  for (const ObjectPtr& object : objects) {
    try {
      object->close();
    } catch (const std::exception& error) {
      MS_LOG(kLog, Error, "closing " << object->id() << ": " << error.what());
    }
  }
}

}  // namespace

// Objects that are on their way out, on one or more loops.
class ObjectLife::Closing {
 public:
  Closing(std::function<void(const std::string&)> on_destroyed, Task done)
      : on_destroyed_(std::move(on_destroyed)), done_(std::move(done)) {}
  void add(const std::string& id) { ids_.push_back(id); }

  // Of the last loop's shared_ptr, on the control loop.
  void finish() {
    for (const std::string& id : ids_) on_destroyed_(id);
    if (done_) done_();
  }

  int loops = 0;  // Those still at work.

 private:
  const std::function<void(const std::string&)> on_destroyed_;
  Task done_;
  std::vector<std::string> ids_;
};

ObjectLife::ObjectLife(Surroundings surroundings, ObjectDirectory& directory,
                       SessionTable& sessions, SubscriptionTable& subscriptions)
    : around_(std::move(surroundings)),
      directory_(directory),
      sessions_(sessions),
      subscriptions_(subscriptions) {}

void ObjectLife::create(const model::ClassDescriptor& descriptor, const model::Factory& factory,
                        model::Construction construction, std::string session, OnCreated done) {
  const ObjectPtr parent = construction.parent;
  Loop& loop = parent ? parent->loop() : around_.loop_for_pipeline();
  std::string id = parent ? parent->id() + "/" : std::string();
  id += makeUuid() + "_" + std::string(descriptor.qualified_name);
  model::ObjectContext context{std::move(id), descriptor,     parent,
                               loop,          around_.events, around_.modules_config};

  loop.post([this, &control = around_.control, &factory, context = std::move(context),
             arguments = std::move(construction.arguments), session = std::move(session),
             done = std::move(done)]() mutable {
    const ObjectPtr above = context.parent;
    Made made = make(factory, std::move(context), arguments);
    control.post([this, above, made = std::move(made), session = std::move(session),
                  done = std::move(done)]() mutable {
      if (!made) return done(std::unexpected(made.error()));
      finishCreation(above, std::move(*made), session, done);
    });
  });
}

void ObjectLife::finishCreation(const ObjectPtr& parent, ObjectPtr object,
                                const std::string& session, OnCreated& done) {
  const std::string id = object->id();
  if (const auto refused = reasonToRefuse(parent)) {
    Loop& loop = object->loop();
    loop.post([object = std::move(object)] { closeAll({object}); });
    return done(std::unexpected(*refused));
  }
  directory_.add(std::move(object));
  sessions_.adopt(session, id);
  around_.on_created(id);
  done(id);
}

// The parent may have been released while the child was made.
std::optional<ApiError> ObjectLife::reasonToRefuse(const ObjectPtr& parent) const {
  if (allowed_ == Creation::Nothing || (allowed_ == Creation::InPipelines && !parent)) {
    return ApiError(model::ErrorCode::NotEnoughResources, "The server is stopping");
  }
  if (parent && directory_.find(parent->id()) != parent) return objectNotFound(parent->id());
  return std::nullopt;
}

void ObjectLife::release(const std::vector<std::string>& ids, Task done) {
  auto closing = std::make_shared<Closing>(around_.on_destroyed, std::move(done));
  std::map<Loop*, std::vector<ObjectPtr>> by_loop;
  for (const std::string& id : ids) {
    for (ObjectPtr& object : directory_.take(id)) {
      removeTraces(object->id());
      closing->add(object->id());
      by_loop[&object->loop()].push_back(std::move(object));
    }
  }
  if (by_loop.empty()) return closing->finish();

  closing->loops = static_cast<int>(by_loop.size());
  for (auto& [loop, objects] : by_loop) {
    loop->post([objects = std::move(objects), closing, &control = around_.control]() mutable {
      closeAll(objects);
      objects.clear();  // Here, not on the control loop.
      control.post([closing = std::move(closing)] {
        if (--closing->loops == 0) closing->finish();
      });
    });
  }
}

void ObjectLife::removeTraces(const std::string& id) {
  sessions_.forget(id);
  subscriptions_.dropObject(id);
}

void ObjectLife::unreference(const std::string& session, const std::string& object, Task done) {
  const std::vector<std::string> branch = directory_.branch(object);
  for (const std::string& id : branch) subscriptions_.drop(session, id);
  release(sessions_.release(session, branch), std::move(done));
}

void ObjectLife::endSession(const std::string& session, Task done) {
  subscriptions_.dropSession(session);
  release(sessions_.end(session), std::move(done));
}

}  // namespace ms::rpc
