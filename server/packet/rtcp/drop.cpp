#include "server/packet/rtcp/drop.h"

namespace ms::rtcp {

std::string_view dropName(Drop reason) {
  switch (reason) {
    case Drop::TooShort:
      return "TooShort";
    case Drop::BadVersion:
      return "BadVersion";
    case Drop::BadLength:
      return "BadLength";
    case Drop::BadPadding:
      return "BadPadding";
    case Drop::BadType:
      return "BadType";
    case Drop::BadContent:
      return "BadContent";
    case Drop::Count:
      break;
  }
  return "Unknown";
}

}  // namespace ms::rtcp
