#include "server/model/api_error.h"

namespace ms::model {

// Two names are misspelt in the protocol; clients compare them as they are.
std::string_view errorTypeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::ParseError:
    case ErrorCode::InvalidRequest:
    case ErrorCode::MethodNotFound:
    case ErrorCode::InvalidParams:
    case ErrorCode::InternalError:
    case ErrorCode::ServerError:
      return "";
    case ErrorCode::MarshallError:
      return "MARSHALL_ERROR";
    case ErrorCode::UnexpectedError:
      return "UNEXPECTED_ERROR";
    case ErrorCode::ConnectError:
      return "CONNECT_ERROR";
    case ErrorCode::UnsupportedMediaType:
      return "UNSUPPORTED_MEDIA_TYPE";
    case ErrorCode::NotImplemented:
      return "NOT_IMPLEMENTED";
    case ErrorCode::InvalidSession:
      return "INVALID_SESSION";
    case ErrorCode::MalformedTransaction:
      return "MALFORMED_TRANSACTION";
    case ErrorCode::NotEnoughResources:
      return "NOT_ENOUGH_RESOURCES";
    case ErrorCode::MediaObjectTypeNotFound:
      return "MEDIA_OBJECT_TYPE_NOT_FOUND";
    case ErrorCode::MediaObjectNotFound:
      return "MEDIA_OBJECT_NOT_FOUND";
    case ErrorCode::MediaObjectConstructorNotFound:
      return "MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND";
    case ErrorCode::MediaObjectMethodNotFound:
      return "MEDIA_OBJECT_METHOD_NOT_FOUND";
    case ErrorCode::MediaObjectEventNotSupported:
      return "MEDIA_OBJECT_EVENT_NOT_SUPPORTED";
    case ErrorCode::MediaObjectIllegalParam:
      return "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR";
    case ErrorCode::MediaObjectNotAvailable:
      return "MEDIA_OBJECT_NOT_AVAILABLE";
    case ErrorCode::MediaObjectNotFoundTransactionNoCommit:
      return "MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT";
    case ErrorCode::MediaObjectTagKeyNotFound:
      return "MEDIA_OBJECT_TAG_KEY_NOT_FOUND";
    case ErrorCode::MediaObjectOperationNotSupported:
      return "MEDIA_OBJECT_OPERATION_NOT_SUPPORTED";
    case ErrorCode::SdpCreateError:
      return "SDP_CREATE_ERROR";
    case ErrorCode::SdpParseError:
      return "SDP_PARSE_ERROR";
    case ErrorCode::SdpNoLocalDescription:
      return "SDP_END_POINT_NO_LOCAL_SDP_ERROR";
    case ErrorCode::SdpNoRemoteDescription:
      return "SDP_END_POINT_NO_REMOTE_SDP_ERROR";
    case ErrorCode::SdpGenerateOfferError:
      return "SDP_END_POINT_GENERATE_OFFER_ERROR";
    case ErrorCode::SdpProcessOfferError:
      return "SDP_END_POINT_PROCESS_OFFER_ERROR";
    case ErrorCode::SdpProcessAnswerError:
      return "SDP_END_POINT_PROCESS_ANSWER_ERROR";
    case ErrorCode::SdpConfigurationError:
      return "SDP_CONFIGURATION_ERROR";
    case ErrorCode::SdpAlreadyNegotiated:
      return "SDP_END_POINT_ALREADY_NEGOTIATED";
    case ErrorCode::SdpNotOfferGenerated:
      return "SDP_END_POINT_NOT_OFFER_GENERATED";
    case ErrorCode::SdpAnswerAlreadyProcessed:
      return "SDP_END_POINT_ANSWER_ALREADY_PROCCESED";
    case ErrorCode::SdpCannotCreateSession:
      return "SDP_END_POINT_CANNOT_CREATE_SESSON";
    case ErrorCode::HttpEndpointRegistrationError:
      return "HTTP_END_POINT_REGISTRATION_ERROR";
    case ErrorCode::IceGatherCandidatesError:
      return "ICE_GATHER_CANDIDATES_ERROR";
    case ErrorCode::IceAddCandidateError:
      return "ICE_ADD_CANDIDATE_ERROR";
    case ErrorCode::UriPathFileNotFound:
      return "URI_PATH_FILE_NOT_FOUND";
    case ErrorCode::PlayerSeekFail:
      return "PLAYER_SEEK_FAIL";
    case ErrorCode::ServerManagerKmdNotFound:
      break;
  }
  return "UNDEFINED";
}

}  // namespace ms::model
