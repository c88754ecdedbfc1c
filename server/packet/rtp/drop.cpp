#include "server/packet/rtp/drop.h"

#include <numeric>

namespace ms::rtp {

std::string_view dropName(Drop reason) {
  switch (reason) {
    case Drop::TooShort:
      return "TooShort";
    case Drop::TooLong:
      return "TooLong";
    case Drop::BadVersion:
      return "BadVersion";
    case Drop::BadPadding:
      return "BadPadding";
    case Drop::BadPayload:
      return "BadPayload";
    case Drop::EmptyPayload:
      return "EmptyPayload";
    case Drop::PoolExhausted:
      return "PoolExhausted";
    case Drop::OnProbation:
      return "OnProbation";
    case Drop::SequenceJump:
      return "SequenceJump";
    case Drop::NotChosen:
      return "NotChosen";
    case Drop::WaitsForKeyFrame:
      return "WaitsForKeyFrame";
    case Drop::BeforeKeyFrame:
      return "BeforeKeyFrame";
    case Drop::TooOld:
      return "TooOld";
    case Drop::NotInHistory:
      return "NotInHistory";
    case Drop::ResentRecently:
      return "ResentRecently";
    case Drop::Count:
      break;
  }
  return "Unknown";
}

std::uint64_t DropCounters::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace ms::rtp
