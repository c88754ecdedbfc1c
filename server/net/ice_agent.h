// One ICE agent (RFC 8445, full, trickle, UDP and TCP) with one stream of one component: the path
// of a bundled WebRTC session. It finds and watches a path; what travels on it is another's affair.
//
// libnice does the work, on the worker that owns the agent and on no other thread: its descriptors
// and timers are the loop's (glib_context.h). What goes over a selected UDP pair does without it
// (direct_path.h). Every function is called, and every observer function
// is told, on that loop; the observer may close or destroy the agent from inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/net/consent_watch.h"
#include "server/net/ice_state.h"
#include "server/net/local_addresses.h"
#include "server/packet/ice/candidate.h"
#include "server/packet/ice/credentials.h"

namespace ms::net {

class Worker;

inline constexpr int kIceStreamId = 1;
inline constexpr std::uint16_t kIceComponentId = 1;

// What one session may make us remember and connect to: Chromium sends about ten candidates per
// interface, all TCP ones active.
inline constexpr std::size_t kMaxRemoteCandidates = 100;
inline constexpr std::size_t kMaxRemotePassiveTcpCandidates = 16;
// Connections that strangers may hold open to our passive TCP candidates.
inline constexpr std::size_t kMaxIceTcpConnections = 16;
inline constexpr std::size_t kMaxTurnServers = 4;

enum class IceRole { Controlling, Controlled };
enum class IceTcp { Off, On };
// W3C RTCIceTransportPolicy: all candidates, or only those of TURN servers.
enum class IceTransportPolicy { All, Relay };

// Addresses of servers are numeric: a loop never waits for a name server.
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
  IceTransportPolicy policy = IceTransportPolicy::All;
  LoopbackCandidates loopback = LoopbackCandidates::WhenAlone;
  std::vector<std::string> interfaces;  // Names; none: all.
  std::uint16_t min_port = 1024;
  std::uint16_t max_port = 65535;
  std::vector<StunServer> stun_servers;  // The first is used.
  std::vector<TurnServer> turn_servers;  // The first kMaxTurnServers are used.
  std::string external_ipv4;             // Told instead of the address of host candidates.
  std::string external_ipv6;
  int dscp = -1;  // 0..63; -1: the system's.
  ConsentWatch consent;
};

enum class CandidateRefusal { TooMany, UnknownTransport, Closed };

// Told on the agent's loop. Never called after close().
class IceObserver {
 public:
  virtual ~IceObserver() = default;

  virtual void onIceCandidate(const ice::Candidate& candidate) = 0;
  virtual void onIceGatheringDone() = 0;
  // On success Gathering, Connecting, Connected, Ready. Failed when no path works. Of a UDP pair
  // that is not relayed: Disconnected while its consent is in doubt, Failed when it has expired
  // (ConsentWatch), Ready again when the peer answers again. Of others: Failed at once when a TCP
  // peer hangs up, and after 50 s of silence; checks of a peer that returns lead on to Connecting
  // again.
  virtual void onIceState(IceState state) = 0;
  // Before Connected, and each time that the path changes.
  virtual void onIceSelectedPair(const ice::Candidate& local, const ice::Candidate& remote) = 0;
  // What came from an address that a check has proved, and is not STUN. The bytes may be changed
  // (decrypted in place) and are gone on return.
  virtual void onIceDatagram(MutableBytes datagram, Timestamp now) = 0;
};

struct IceCounters {
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t direct_received = 0;    // Of datagrams_received, those that libnice has not seen.
  std::uint64_t direct_sent = 0;        // Of datagrams_sent, likewise; SendBatch counts their fate.
  std::uint64_t consents = 0;           // Answers to the checks of a direct pair.
  std::uint64_t dropped_foreign = 0;    // Of strangers, beyond what is worth a look.
  std::uint64_t dropped_no_path = 0;    // Sent before there was a path, or without consent.
  std::uint64_t dropped_path_full = 0;  // The socket takes no more at the moment.
  std::uint64_t ignored_candidates = 0;  // Unknown mDNS names, other components.
};

class IceAgent {
 public:
  // Opens no socket yet. `observer` outlives the agent or its close().
  IceAgent(Worker& worker, IceConfig config, IceObserver& observer);
  // Closes.
  ~IceAgent();
  IceAgent(const IceAgent&) = delete;
  IceAgent& operator=(const IceAgent&) = delete;

  // Drawn by the agent until they are set. False: not credentials by RFC 8839, section 5.4; nothing
  // has changed.
  ice::Credentials localCredentials() const;
  bool setLocalCredentials(const ice::Credentials& credentials);
  bool setRemoteCredentials(const ice::Credentials& credentials);
  void setRole(IceRole role);

  // What gather() is to go by: servers, interfaces, ports, TCP, policy and external addresses.
  // Role, DSCP and consent stay as they are. Nothing once we have gathered.
  void configure(IceConfig config);

  // Opens the sockets and tells their candidates. False: none could be opened.
  bool gather();

  // Before gather() and setRemoteCredentials() it is kept for them. An mDNS name is looked
  // up; when it is not known, such a peer is found all the same as soon as it sends its own checks.
  std::expected<void, CandidateRefusal> addRemoteCandidate(const ice::Candidate& candidate);

  // Our new credentials; setRemoteCredentials() follows. The old path is used until a new one is
  // found.
  ice::Credentials restart();

  // False: dropped and counted. A slow TCP peer never makes it wait.
  bool send(Bytes datagram);

  // The observer hears no more; the sockets are closed when the loop gets to it.
  void close();

  IceState state() const;
  // Those that peers and strangers opened to us, and ours to them.
  std::size_t tcpConnectionCount() const;
  const IceCounters& counters() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace ms::net
