#include "server/net/outlet.h"

namespace ms::net {

void Outlet::requestKeyFrame() {
  worker_.loop().post([self = shared_from_this()] {
    peer::MediaSource* const source = self->source();
    if (!source) return;
    const Timestamp now = Loop::now();
    for (std::uint8_t layer = 0; layer < source->layers(now).count; ++layer)
      source->requestKeyFrame(layer, now);
  });
}

}  // namespace ms::net
