// Joins objects to their parents. A parent knows its children without owning them, so that
// MediaObject::getChildren and the release of a whole branch can walk down.
//
// Driven by the generated factories, on the parent's loop; Object::close() takes a child out again.
#pragma once

#include "server/model/object.h"

namespace ms::model {

class ObjectTree {
 public:
  // Makes `child` known to its parent. Again for the same child: no effect.
  static void attach(const ObjectPtr& child);
  static void detach(Object& child);
};

}  // namespace ms::model
