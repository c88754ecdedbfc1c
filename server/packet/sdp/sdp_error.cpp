#include "server/packet/sdp/sdp_error.h"

namespace ms::sdp {

const char* message(SdpError error) {
  switch (error) {
    case SdpError::EmptyOffer:
      return "Empty offer not valid";
    case SdpError::EmptyAnswer:
      return "Empty answer not valid";
    case SdpError::NotSdp:
      return "Invalid SDP";
    default:
      return "Error parsing SDP";
  }
}

const char* reason(SdpError error) {
  switch (error) {
    case SdpError::EmptyOffer:
    case SdpError::EmptyAnswer:
      return "the text is empty";
    case SdpError::NotSdp:
      return "there is no v=0 line";
    case SdpError::MalformedLine:
      return "a line has a NUL byte, or an m-line lacks media, port or protocol";
    case SdpError::TooLong:
      return "the text is too long";
    case SdpError::TooManyLines:
      return "there are too many lines";
    case SdpError::TooManyMedia:
      return "there are too many m-lines";
    case SdpError::TooManyAttributes:
      return "a section has too many lines";
    case SdpError::TooManyFormats:
      return "an m-line has too many formats";
    case SdpError::AnswerDoesNotFitOffer:
      return "the answer's m-lines are not those of the offer";
    case SdpError::NotARestart:
      return "a second offer may only restart ICE";
  }
  return "";
}

}  // namespace ms::sdp
