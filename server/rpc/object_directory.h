// All living objects by id: the tree of the API as the control loop sees it. Ids carry the tree
// ("<pipeline>/<element>"), so that a branch is what begins with an id and a slash.
//
// Lives on the control loop. It owns the objects; parents do not own their children.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/model/object.h"

namespace ms::rpc {

class ObjectDirectory {
 public:
  void add(model::ObjectPtr object);
  // One that no client can release: the ServerManager.
  void addPermanent(model::ObjectPtr object);

  // Null when there is none.
  model::ObjectPtr find(const std::string& id) const;
  bool isPermanent(const std::string& id) const { return permanent_.contains(id); }

  // Ids of the object and of all below it, children before parents.
  std::vector<std::string> branch(const std::string& id) const;
  // Takes a branch out, children before parents. Nothing for a permanent object or an unknown id.
  std::vector<model::ObjectPtr> take(const std::string& id);

  // Objects without a parent, the permanent ones left out: the pipelines.
  std::vector<model::ObjectPtr> roots() const;
  // How many objects clients have made.
  std::size_t size() const { return objects_.size() - permanent_.size(); }

 private:
  std::map<std::string, model::ObjectPtr, std::less<>> objects_;
  std::set<std::string, std::less<>> permanent_;
};

// "a/b/c", "a/b", "a" of "a/b/c".
std::vector<std::string> lineageOf(const std::string& id);
// "a" of "a/b/c".
std::string rootOf(std::string_view id);

}  // namespace ms::rpc
