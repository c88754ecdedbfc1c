// An endpoint that reads from or writes to what a URI names: keeps the URI and the state that the
// API shows.
#pragma once

#include <string>

#include "modules/core/src/endpoint.h"

namespace ms::core {

class UriEndpoint : public Endpoint, public api::UriEndpoint {
 public:
  UriEndpoint(model::ObjectContext context, const std::string& uri);

  // api::UriEndpoint.
  std::string getUri() override { return uri_; }
  api::UriEndpointState getState() override { return state_; }

 protected:
  // With a scheme: what has none is below the configured defaultPath.
  const std::string& absoluteUri() const { return absolute_uri_; }
  // UriEndpointStateChanged; a state that it has already is not told again.
  void setState(api::UriEndpointState state);

 private:
  const std::string uri_;
  const std::string absolute_uri_;
  api::UriEndpointState state_ = api::UriEndpointState::Stop;
};

// `uri` as it is to be opened. An escaped slash of the path is one, as applications expect that
// write all of a path escaped; the part with user and password stays as it is.
std::string absoluteUri(const std::string& uri, const std::string& default_path);

}  // namespace ms::core
