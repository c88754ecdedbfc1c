// Finds the objects that a request names, and lets the request's session hold them: naming an
// object is using it.
//
// Lives as long as one request is read, on the control loop.
#pragma once

#include <string>

#include "server/model/descriptor.h"
#include "server/rpc/object_directory.h"
#include "server/rpc/session_table.h"

namespace ms::rpc {

class SessionResolver final : public model::ObjectResolver {
 public:
  SessionResolver(const ObjectDirectory& directory, SessionTable& sessions, std::string session)
      : directory_(directory), sessions_(sessions), session_(std::move(session)) {}

  // Throws ApiError 40101, 40109 or 40009.
  model::ObjectPtr resolve(const std::string& id) override;

 private:
  const ObjectDirectory& directory_;
  SessionTable& sessions_;
  const std::string session_;
};

// 40101; 40109 for a reference into a transaction ("newref:0").
model::ApiError objectNotFound(const std::string& id);

}  // namespace ms::rpc
