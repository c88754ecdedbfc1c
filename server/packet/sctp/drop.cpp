#include "server/packet/sctp/drop.h"

namespace ms::sctp {

std::string_view dropName(Drop reason) {
  switch (reason) {
    case Drop::TooShort:
      return "TooShort";
    case Drop::TooLong:
      return "TooLong";
    case Drop::WrongPort:
      return "WrongPort";
    case Drop::BadChunk:
      return "BadChunk";
    case Drop::UnwantedChunk:
      return "UnwantedChunk";
    case Drop::UnknownType:
      return "UnknownType";
    case Drop::UnknownProtocol:
      return "UnknownProtocol";
    case Drop::UnknownStream:
      return "UnknownStream";
    case Drop::StreamInUse:
      return "StreamInUse";
    case Drop::WrongParity:
      return "WrongParity";
    case Drop::TooManyChannels:
      return "TooManyChannels";
    case Drop::LabelTooLong:
      return "LabelTooLong";
    case Drop::NotConnected:
      return "NotConnected";
    case Drop::NoChannel:
      return "NoChannel";
    case Drop::BufferFull:
      return "BufferFull";
    case Drop::Count:
      break;
  }
  return "";
}

}  // namespace ms::sctp
