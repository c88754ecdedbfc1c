// A second offer that only begins ICE anew (RFC 8445 §9, RFC 8839 §4.4.1.1.1): everything that was
// agreed on stays, the transports get new credentials and candidates on both sides.
#pragma once

#include <expected>
#include <string_view>

#include "server/packet/ice/credentials.h"
#include "server/packet/sdp/offer_answer.h"

namespace ms::sdp {

// `agreed`: what is in force, whoever offered it: the peer's description, ours and what was made of
// them. `ice`: our new credentials. The answer has the m-lines, payload types and SSRCs of ours, no
// candidates, and the DTLS roles in use; its session differs from the old one only in the remote
// side of the transports.
//
// NotARestart when the offer changes anything else, or does not change the credentials of every
// transport.
std::expected<Answer, SdpError> makeRestartAnswer(std::string_view offer, const Answer& agreed,
                                                  const ice::Credentials& ice);

}  // namespace ms::sdp
