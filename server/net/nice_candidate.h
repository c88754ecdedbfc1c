// Between libnice's candidates and ours.
#pragma once

#include <nice/agent.h>

#include <memory>
#include <optional>

#include "server/packet/ice/candidate.h"

namespace ms::net {

struct NiceCandidateFree {
  void operator()(NiceCandidate* candidate) const { nice_candidate_free(candidate); }
};
using NiceCandidateOwner = std::unique_ptr<NiceCandidate, NiceCandidateFree>;

// Nothing for a peer-reflexive type, which only checks may find, and for what is not numeric.
NiceCandidateOwner toNice(const ice::Candidate& candidate);

// An active TCP candidate gets port 9 (RFC 6544, section 4.5).
ice::Candidate fromNice(const NiceCandidate& candidate);

}  // namespace ms::net
