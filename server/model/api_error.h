// The one exception of the control plane: what a client reads in the `error` member of a reply.
//
// Thrown where the fault is known, caught in one place (server/rpc). Codes and names are those of
// the Kurento protocol; message texts too, since clients look into them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ms::model {

enum class ErrorCode : int {
  // JSON-RPC 2.0 §5.1; these carry no data.type.
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  ServerError = -32000,

  MarshallError = 40001,
  UnexpectedError = 40003,
  ConnectError = 40004,
  UnsupportedMediaType = 40005,
  NotImplemented = 40006,
  InvalidSession = 40007,
  MalformedTransaction = 40008,
  NotEnoughResources = 40009,
  MediaObjectTypeNotFound = 40100,
  MediaObjectNotFound = 40101,
  MediaObjectConstructorNotFound = 40104,
  MediaObjectMethodNotFound = 40105,
  MediaObjectEventNotSupported = 40106,
  MediaObjectIllegalParam = 40107,
  MediaObjectNotAvailable = 40108,
  MediaObjectNotFoundTransactionNoCommit = 40109,
  MediaObjectTagKeyNotFound = 40110,
  MediaObjectOperationNotSupported = 40111,
  SdpCreateError = 40200,
  SdpParseError = 40201,
  SdpNoLocalDescription = 40202,
  SdpNoRemoteDescription = 40203,
  SdpGenerateOfferError = 40204,
  SdpProcessOfferError = 40205,
  SdpProcessAnswerError = 40206,
  SdpConfigurationError = 40207,
  SdpAlreadyNegotiated = 40208,
  SdpNotOfferGenerated = 40209,
  SdpAnswerAlreadyProcessed = 40210,
  SdpCannotCreateSession = 40211,
  HttpEndpointRegistrationError = 40300,
  IceGatherCandidatesError = 40400,
  IceAddCandidateError = 40401,
  ServerManagerKmdNotFound = 40500,
  UriPathFileNotFound = 40600,
  PlayerSeekFail = 40700,
};

// The protocol's name of a code, for `error.data.type`: "MARSHALL_ERROR"; "UNDEFINED" for 40500 and
// unknown codes, empty for JSON-RPC's own.
std::string_view errorTypeName(ErrorCode code);

class ApiError : public std::runtime_error {
 public:
  ApiError(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace ms::model
