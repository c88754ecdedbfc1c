#include "server/model/call.h"

namespace ms::model {

void checkConstructorParams(const Json::Value& params, Requirement requirement) {
  if (params.isObject()) return;
  if (!params.isNull()) {
    throw ApiError(ErrorCode::MarshallError, "'constructorParams' should be an object");
  }
  if (requirement == Requirement::Something) {
    throw ApiError(ErrorCode::MarshallError, "'constructorParams' is required");
  }
}

ApiError unexpectedError(const std::exception& error) {
  return ApiError(ErrorCode::InternalError,
                  std::string("Unexpected error while processing method: ") + error.what());
}

void throwNotImplementing(const Object& object) {
  throw ApiError(ErrorCode::NotImplemented, "'" + std::string(object.descriptor().qualified_name) +
                                                "' does not implement this operation");
}

}  // namespace ms::model
