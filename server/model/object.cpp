#include "server/model/object.h"

#include <json/json.h>

#include <utility>

#include "server/model/object_tree.h"

namespace ms::model {

Object::Object(ObjectContext context)
    : id_(std::move(context.id)),
      descriptor_(context.descriptor),
      parent_(context.parent),
      loop_(context.loop),
      events_(context.events),
      modules_config_(context.modules_config) {}

// The last reference may go on another loop than loop(): nothing here may touch the tree.
Object::~Object() = default;

ObjectPtr Object::root() {
  ObjectPtr object = shared_from_this();
  while (ObjectPtr parent = object->parent()) object = std::move(parent);
  return object;
}

Json::Value Object::eventTags() const { return Json::Value(Json::arrayValue); }

void Object::close() {
  if (std::exchange(closed_, true)) return;
  onClose();
  ObjectTree::detach(*this);
}

void Object::sendEvent(std::string_view type, Json::Value data) {
  events_.onEvent(id_, type, std::move(data));
}

void ObjectTree::attach(const ObjectPtr& child) {
  const ObjectPtr parent = child->parent();
  if (!parent) return;
  std::erase_if(parent->children_, [&](const std::weak_ptr<Object>& known) {
    const ObjectPtr object = known.lock();
    return !object || object == child;
  });
  parent->children_.push_back(child);
}

void ObjectTree::detach(Object& child) {
  const ObjectPtr parent = child.parent();
  if (!parent) return;
  std::erase_if(parent->children_, [&](const std::weak_ptr<Object>& known) {
    const ObjectPtr object = known.lock();
    return !object || object.get() == &child;
  });
}

}  // namespace ms::model
