#include "server/net/outlet.h"

namespace ms::net {

void Outlet::requestKeyFrame() {
  worker_.loop().post([self = shared_from_this()] {
    if (peer::MediaSource* source = self->source()) source->requestKeyFrame(Loop::now());
  });
}

}  // namespace ms::net
