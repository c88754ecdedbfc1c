#include "server/rpc/object_directory.h"

#include <algorithm>
#include <utility>

namespace ms::rpc {

using model::ObjectPtr;

void ObjectDirectory::add(ObjectPtr object) {
  const std::string& id = object->id();
  objects_.insert_or_assign(id, std::move(object));
}

void ObjectDirectory::addPermanent(ObjectPtr object) {
  permanent_.insert(object->id());
  add(std::move(object));
}

ObjectPtr ObjectDirectory::find(const std::string& id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : found->second;
}

// A child's id sorts after its parent's: the reverse order has children first.
std::vector<std::string> ObjectDirectory::branch(const std::string& id) const {
  std::vector<std::string> ids;
  if (objects_.contains(id)) ids.push_back(id);
  const std::string prefix = id + "/";
  for (auto at = objects_.lower_bound(prefix);
       at != objects_.end() && at->first.starts_with(prefix); ++at) {
    ids.push_back(at->first);
  }
  std::ranges::reverse(ids);
  return ids;
}

std::vector<ObjectPtr> ObjectDirectory::take(const std::string& id) {
  std::vector<ObjectPtr> taken;
  if (isPermanent(id)) return taken;
  for (const std::string& member : branch(id)) {
    taken.push_back(std::move(objects_.extract(member).mapped()));
  }
  return taken;
}

std::vector<ObjectPtr> ObjectDirectory::roots() const {
  std::vector<ObjectPtr> found;
  for (const auto& [id, object] : objects_) {
    if (!id.contains('/') && !isPermanent(id)) found.push_back(object);
  }
  return found;
}

std::vector<std::string> lineageOf(const std::string& id) {
  std::vector<std::string> ids{id};
  for (auto slash = id.rfind('/'); slash != std::string::npos && slash > 0;
       slash = id.rfind('/', slash - 1)) {
    ids.push_back(id.substr(0, slash));
  }
  return ids;
}

std::string rootOf(std::string_view id) { return std::string(id.substr(0, id.find('/'))); }

}  // namespace ms::rpc
