#include "server/rpc/session_resolver.h"

#include <string_view>

namespace ms::rpc {

using model::ApiError;
using model::ErrorCode;

model::ObjectPtr SessionResolver::resolve(const std::string& id) {
  model::ObjectPtr object = directory_.find(id);
  if (!object) throw objectNotFound(id);
  sessions_.reference(session_, id);
  return object;
}

ApiError objectNotFound(const std::string& id) {
  constexpr std::string_view kReference = "newref:";
  const std::string message = "Object '" + id + "' not found";
  if (id.starts_with(kReference) && id.size() > kReference.size()) {
    return {
        ErrorCode::MediaObjectNotFoundTransactionNoCommit,
        message + ". Possibly using a transactional object without committing the transaction."};
  }
  return {ErrorCode::MediaObjectNotFound, message};
}

}  // namespace ms::rpc
