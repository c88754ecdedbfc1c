// Wraps a function that makes an object of typed arguments as a model::Factory. Generated headers
// use it: factoryOfWebRtcEndpoint(...).
#pragma once

#include <any>
#include <functional>
#include <utility>

#include "server/model/descriptor.h"
#include "server/model/object_tree.h"

namespace ms::model {

template <typename Arguments>
using Maker = std::function<ObjectPtr(ObjectContext, const Arguments&)>;

template <typename Arguments>
Factory typedFactory(Maker<Arguments> make) {
  return [make = std::move(make)](ObjectContext context, const std::any& arguments) {
    ObjectPtr object = make(std::move(context), std::any_cast<const Arguments&>(arguments));
    ObjectTree::attach(object);
    return object;
  };
}

}  // namespace ms::model
