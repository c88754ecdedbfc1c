#include "server/net/ice_state.h"

namespace ms::net {

const char* nameOf(IceState state) {
  switch (state) {
    case IceState::Disconnected:
      return "DISCONNECTED";
    case IceState::Gathering:
      return "GATHERING";
    case IceState::Connecting:
      return "CONNECTING";
    case IceState::Connected:
      return "CONNECTED";
    case IceState::Ready:
      return "READY";
    case IceState::Failed:
      return "FAILED";
  }
  return "FAILED";
}

}  // namespace ms::net
