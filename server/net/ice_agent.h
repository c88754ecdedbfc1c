// One ICE agent (RFC 8445, full, trickle, UDP and TCP) with one stream of one component: the path
// of a bundled WebRTC session. It finds and watches a path; what travels on it is another's affair.
//
// libnice does the work, on the loop that owns the agent and on no other thread: its descriptors
// and timers are watched by the loop (ice_context.h). Every function is called, and every observer
// function is told, on that loop; the observer may close or destroy the agent from inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/loop.h"

namespace ms::net {

inline constexpr int kIceStreamId = 1;
inline constexpr int kIceComponentId = 1;

// What one session may make us remember: Chromium sends about ten candidates per interface.
inline constexpr std::size_t kMaxRemoteCandidates = 100;
inline constexpr std::size_t kMaxCandidateText = 512;
inline constexpr std::size_t kMaxTurnServers = 4;

enum class IceRole { Controlling, Controlled };
enum class IceTcp { Off, On };

// Loopback addresses reach peers on this machine only. WhenAlone: offered when no other interface
// has an address.
enum class LoopbackCandidates { WhenAlone, Always };

// The names of the API's IceComponentState.
enum class IceState { Disconnected, Gathering, Connecting, Connected, Ready, Failed };
const char* nameOf(IceState state);

struct IceCredentials {
  std::string ufrag;
  std::string password;
};

// Addresses are numeric: the loop never waits for a name server.
struct StunServer {
  std::string address;
  std::uint16_t port = 3478;
};

struct TurnServer {
  enum class Transport { Udp, Tcp, Tls };
  std::string address;
  std::uint16_t port = 3478;
  std::string user;
  std::string password;
  Transport transport = Transport::Udp;
};

struct IceConfig {
  IceRole role = IceRole::Controlled;
  IceTcp tcp = IceTcp::On;
  LoopbackCandidates loopback = LoopbackCandidates::WhenAlone;
  std::vector<std::string> interfaces;  // Names; empty: all. "lo" here offers loopback, too.
  std::uint16_t min_port = 1024;
  std::uint16_t max_port = 65535;
  std::string stun_address;  // Empty: none.
  std::uint16_t stun_port = 3478;
  std::vector<TurnServer> turn_servers;  // The first kMaxTurnServers are used.
  std::string external_ipv4;             // Replaces the address of host candidates of its family.
  std::string external_ipv6;
  int dscp = -1;  // 0..63; -1: the system's.
};

enum class CandidateError {
  Malformed,  // Not a candidate line, or too long.
  TooMany,    // kMaxRemoteCandidates were taken.
  Closed,
};

// Told on the agent's loop. Never called after close().
class IceObserver {
 public:
  virtual ~IceObserver() = default;

  // "candidate:1 1 UDP 2015363327 192.0.2.7 40000 typ host": no "a=".
  virtual void onIceCandidate(const std::string& candidate) = 0;
  virtual void onIceGatheringDone() = 0;
  // On success GATHERING, CONNECTING, CONNECTED, READY. A peer that falls silent: DISCONNECTED,
  // then FAILED unless it comes back.
  virtual void onIceState(IceState state) = 0;
  // Before CONNECTED, and each time that the path changes. Both are candidate lines.
  virtual void onSelectedPair(const std::string& local, const std::string& remote) = 0;
  // What came over a checked pair and is not STUN. The bytes may be changed (decrypted in place)
  // and are gone on return.
  virtual void onDatagram(MutableBytes datagram, Timestamp now) = 0;
};

struct IceCounters {
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t dropped_unchecked_source = 0;  // Came from an address that no check has proved.
  std::uint64_t dropped_send = 0;              // No path, or the path takes no more at the moment.
  std::uint64_t dropped_candidates = 0;        // Over the limit, malformed, or of an unknown name.
};

class IceAgent {
 public:
  // Opens nothing yet. `observer` outlives the agent or its close().
  IceAgent(Loop& loop, IceConfig config, IceObserver& observer);
  // Closes.
  ~IceAgent();
  IceAgent(const IceAgent&) = delete;
  IceAgent& operator=(const IceAgent&) = delete;

  // What libnice drew for us, until set.
  IceCredentials localCredentials() const;
  // Lengths and characters as RFC 8839, section 5.4; false: refused, nothing changed.
  bool setLocalCredentials(const IceCredentials& credentials);
  bool setRemoteCredentials(const IceCredentials& credentials);
  void setRole(IceRole role);

  // Opens the sockets and tells their candidates. False: no socket could be opened.
  bool gather();

  // One line, with or without "a=". Before setRemoteCredentials() and gather() it is kept for them.
  // An empty line (end of candidates) and an unresolvable name (mDNS) are taken without effect.
  std::expected<void, CandidateError> addRemoteCandidate(std::string_view line);

  // New credentials on both sides follow; the old path is used until the new one is found.
  IceCredentials restart();

  // False: dropped and counted. A datagram over ICE-TCP is framed (RFC 4571) and never waits.
  bool send(Bytes datagram);

  // The observer hears no more. Sockets are closed before the loop's next round ends.
  void close();

  IceState state() const;
  const IceCounters& counters() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms::net
