// The states of an ICE agent, with the names of the API's IceComponentState.
#pragma once

namespace ms::net {

// Gathering, Connecting, Connected (a pair is nominated), Ready (it stands). Failed when no path
// works, or when consent has expired; Disconnected before anything, and while consent is in doubt.
enum class IceState { Disconnected, Gathering, Connecting, Connected, Ready, Failed };
// As the API spells it: "DISCONNECTED".
const char* nameOf(IceState state);

}  // namespace ms::net
