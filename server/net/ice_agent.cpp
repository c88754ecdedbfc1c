#include "server/net/ice_agent.h"

#include <nice/agent.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "server/base/loop.h"
#include "server/net/direct_path.h"
#include "server/net/glib_context.h"
#include "server/net/nice_candidate.h"
#include "server/net/path_state.h"
#include "server/net/socket_address.h"
#include "server/net/tls_tunnel.h"
#include "server/net/worker_loops.h"

namespace ms::net {
namespace {

constexpr guint kStream = kIceStreamId;
constexpr guint kComponent = kIceComponentId;

// The whole range that configuration allows: the kernel may as well choose.
constexpr std::uint16_t kLowestPort = 1024;
constexpr std::uint16_t kHighestPort = 65535;

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

IceState stateOf(guint state) {
  switch (state) {
    case NICE_COMPONENT_STATE_GATHERING:
      return IceState::Gathering;
    case NICE_COMPONENT_STATE_CONNECTING:
      return IceState::Connecting;
    case NICE_COMPONENT_STATE_CONNECTED:
      return IceState::Connected;
    case NICE_COMPONENT_STATE_READY:
      return IceState::Ready;
    case NICE_COMPONENT_STATE_FAILED:
      return IceState::Failed;
    default:
      return IceState::Disconnected;
  }
}

// So long libnice goes on ticking, 50 times per second, when it has no check left to make. Without
// a path that is its patience with a peer whose checks are late; with one it is good for nothing,
// and a new candidate sets the clock going again.
constexpr guint kPatienceMs = 5000;
constexpr guint kPatienceWithPathMs = 200;

bool isNumeric(const std::string& address) {
  const auto kind = ice::addressKind(address);
  return kind == ice::AddressKind::Ipv4 || kind == ice::AddressKind::Ipv6;
}

bool isPassiveTcp(const ice::Candidate& candidate) {
  return candidate.transport == ice::Transport::Tcp && candidate.tcp_type != ice::TcpType::Active;
}

// Regular nomination: with TCP candidates it is the only one allowed (RFC 6544, section 8).
//
// Not libnice's consent freshness: it gives up after 10 s while it asks every 5 s, so that one lost
// datagram in the wrong moment ends a call. Its keep-alives are checks all the same, and PathState
// watches their answers.
constexpr auto kOptions = static_cast<NiceAgentOption>(NICE_AGENT_OPTION_ICE_TRICKLE |
                                                       NICE_AGENT_OPTION_REGULAR_NOMINATION);

}  // namespace

// Outlives the IceAgent until libnice has ended what it began: a callback of libnice may be on the
// stack when the agent is closed.
struct IceAgent::Parts final : std::enable_shared_from_this<Parts>,
                               private GlibContext::Interceptor,
                               private ClosingAgents::Agent {
  Parts(Worker& worker, IceConfig config, IceObserver& observer);
  ~Parts() override;

  void connectSignals();
  void configure(IceConfig wanted);
  void applyConfig();
  void addServers();
  void addTurnServer(const TurnServer& turn);
  void setPortRange();
  bool gather();
  bool addLocalAddresses();
  std::expected<void, CandidateRefusal> addRemoteCandidate(const ice::Candidate& candidate);
  void resolve(const ice::Candidate& candidate);
  void take(ice::Candidate candidate);
  void takeWaitingCandidates();
  ice::Credentials localCredentials() const;
  ice::Credentials restart();
  bool send(Bytes datagram);
  void close();
  void end();
  void abandon() override;
  ice::Candidate localCandidate(const NiceCandidate& nice) const;
  void updateDirectPath();
  void endDirectPath();
  void tellStates();
  Left onReadable() override;

  // From libnice, on the loop.
  static void onCandidate(NiceAgent*, NiceCandidate* candidate, gpointer self);
  static void onGatheringDone(NiceAgent*, guint stream, gpointer self);
  static void onState(NiceAgent*, guint stream, guint component, guint state, gpointer self);
  static void onSelectedPair(NiceAgent*, guint stream, guint component, NiceCandidate* local,
                             NiceCandidate* remote, gpointer self);
  static void onReceive(NiceAgent*, guint stream, guint component, guint size, gchar* bytes,
                        gpointer self);
  static void onEnded(GObject*, GAsyncResult*, gpointer self);

  Worker& worker;
  Loop& loop;
  IceConfig config;
  IceObserver* observer;                            // Null once closed.
  std::vector<std::unique_ptr<TlsTunnel>> tunnels;  // To TURN servers.
  GlibContext context;
  std::unique_ptr<NiceAgent, Unref> agent;
  std::vector<ice::Candidate> waiting;  // Until we have gathered and know the peer's credentials.
  std::size_t remote_candidates = 0;
  std::size_t passive_tcp_candidates = 0;
  std::size_t descriptors_of_candidates = 0;
  bool has_gathered = false;
  bool has_remote_credentials = false;
  bool has_path = false;
  bool path_has_queue = false;  // TCP: what the socket does not take at once needs its OUT event.
  std::shared_ptr<DirectPath> direct;  // While the selected pair is one for it.
  PathState states;
  Timer state_timer;
  IceCounters counters;
};

IceAgent::Parts::Parts(Worker& home, IceConfig wanted, IceObserver& told)
    : worker(home),
      loop(home.loop()),
      config(std::move(wanted)),
      observer(&told),
      context(loop, (loop.assertHere(), home.services().polls)),
      states(config.consent),
      state_timer(loop) {
  const GlibContext::Scope scope(context);
  agent.reset(nice_agent_new_full(context.get(), NICE_COMPATIBILITY_RFC5245, kOptions));
  g_object_set(agent.get(), "upnp", FALSE, "controlling-mode", config.role == IceRole::Controlling,
               "keepalive-conncheck", TRUE, nullptr);
  nice_agent_add_stream(agent.get(), 1);
  if (config.dscp >= 0) nice_agent_set_stream_tos(agent.get(), kStream, config.dscp << 2);
  connectSignals();
}

// On its loop, or when the loop has ended without it.
IceAgent::Parts::~Parts() {
  if (agent) g_signal_handlers_disconnect_by_data(agent.get(), this);
}

void IceAgent::Parts::connectSignals() {
  const auto connect = [this](const char* signal, GCallback callback) {
    g_signal_connect(agent.get(), signal, callback, this);
  };
  connect("new-candidate-full", G_CALLBACK(onCandidate));
  connect("candidate-gathering-done", G_CALLBACK(onGatheringDone));
  connect("component-state-changed", G_CALLBACK(onState));
  connect("new-selected-pair-full", G_CALLBACK(onSelectedPair));
  nice_agent_attach_recv(agent.get(), kStream, kComponent, context.get(), onReceive, this);
}

void IceAgent::Parts::configure(IceConfig wanted) {
  if (has_gathered) return;
  wanted.role = config.role;
  wanted.dscp = config.dscp;
  wanted.consent = config.consent;
  config = std::move(wanted);
}

void IceAgent::Parts::applyConfig() {
  g_object_set(agent.get(), "ice-tcp", config.tcp == IceTcp::On, "force-relay",
               config.policy == IceTransportPolicy::Relay, nullptr);
  addServers();
  setPortRange();
}

void IceAgent::Parts::addServers() {
  nice_agent_forget_relays(agent.get(), kStream, kComponent);  // Of an attempt before.
  tunnels.clear();
  for (const auto& stun : config.stun_servers) {
    if (!isNumeric(stun.address)) continue;
    g_object_set(agent.get(), "stun-server", stun.address.c_str(), "stun-server-port",
                 guint{stun.port}, nullptr);
    break;
  }
  std::size_t count = 0;
  for (const auto& turn : config.turn_servers)
    if (isNumeric(turn.address) && count++ < kMaxTurnServers) addTurnServer(turn);
}

void IceAgent::Parts::addTurnServer(const TurnServer& turn) {
  auto server = SocketAddress::parse(turn.address, turn.port);
  if (server && turn.transport == TurnServer::Transport::Tls) {
    auto tunnel = TlsTunnel::open(worker, *server);
    if (!tunnel) return;
    server = tunnel->address();
    tunnels.push_back(std::move(tunnel));
  }
  if (!server) return;
  const auto type = turn.transport == TurnServer::Transport::Udp ? NICE_RELAY_TYPE_TURN_UDP
                                                                 : NICE_RELAY_TYPE_TURN_TCP;
  nice_agent_set_relay_info(agent.get(), kStream, kComponent, server->text().c_str(),
                            server->port(), turn.user.c_str(), turn.password.c_str(), type);
}

void IceAgent::Parts::setPortRange() {
  if (config.min_port <= kLowestPort && config.max_port == kHighestPort) return;
  if (config.min_port > config.max_port) return;
  nice_agent_set_port_range(agent.get(), kStream, kComponent, config.min_port, config.max_port);
}

bool IceAgent::Parts::addLocalAddresses() {
  const auto addresses = offeredAddresses(interfaceAddresses(), config.interfaces, config.loopback);
  bool has_any = false;
  for (const auto& text : addresses) {
    NiceAddress address;
    nice_address_init(&address);
    if (nice_address_set_from_string(&address, text.c_str()))
      has_any |= nice_agent_add_local_address(agent.get(), &address) != FALSE;
  }
  return has_any;
}

bool IceAgent::Parts::gather() {
  if (!observer) return false;
  if (has_gathered) return true;
  const GlibContext::Scope scope(context);
  // Without an address of ours libnice would take all that it finds.
  if (!addLocalAddresses()) return false;
  applyConfig();
  has_gathered = true;
  if (!nice_agent_gather_candidates(agent.get(), kStream)) {
    has_gathered = false;
    return false;
  }
  descriptors_of_candidates = context.countDescriptors();
  context.limitDescriptors(descriptors_of_candidates + kMaxIceTcpConnections);
  takeWaitingCandidates();
  return true;
}

std::expected<void, CandidateRefusal> IceAgent::Parts::addRemoteCandidate(
    const ice::Candidate& candidate) {
  if (!observer) return std::unexpected(CandidateRefusal::Closed);
  const bool is_passive_tcp = isPassiveTcp(candidate);
  if (remote_candidates == kMaxRemoteCandidates ||
      (is_passive_tcp && passive_tcp_candidates == kMaxRemotePassiveTcpCandidates))
    return std::unexpected(CandidateRefusal::TooMany);
  ++remote_candidates;
  if (is_passive_tcp) ++passive_tcp_candidates;

  if (ice::addressKind(candidate.address) == ice::AddressKind::MdnsName)
    resolve(candidate);
  else
    take(candidate);
  return {};
}

// The resolver may tell when we have been closed. Of several addresses the first is taken.
void IceAgent::Parts::resolve(const ice::Candidate& candidate) {
  worker.loop().assertHere();
  worker.services().names->resolve(
      candidate.address, [weak = weak_from_this(), candidate](std::vector<std::string> found) {
        const auto parts = weak.lock();
        if (!parts || !parts->observer) return;
        if (found.empty()) {
          ++parts->counters.ignored_candidates;
          return;
        }
        auto resolved = candidate;
        resolved.address = std::move(found.front());
        parts->take(std::move(resolved));
      });
}

void IceAgent::Parts::take(ice::Candidate candidate) {
  waiting.push_back(std::move(candidate));
  const GlibContext::Scope scope(context);
  takeWaitingCandidates();
}

void IceAgent::Parts::takeWaitingCandidates() {
  if (!has_gathered || !has_remote_credentials || waiting.empty()) return;
  std::vector<NiceCandidateOwner> owners;
  GSList* list = nullptr;
  for (const auto& candidate : waiting) {
    auto nice = candidate.component == kIceComponentId ? toNice(candidate) : nullptr;
    if (!nice) {
      ++counters.ignored_candidates;
      continue;
    }
    list = g_slist_append(list, nice.get());
    owners.push_back(std::move(nice));
  }
  waiting.clear();
  if (list) nice_agent_set_remote_candidates(agent.get(), kStream, kComponent, list);
  g_slist_free(list);
}

ice::Credentials IceAgent::Parts::localCredentials() const {
  if (!agent) return {};
  gchar* ufrag = nullptr;
  gchar* pwd = nullptr;
  if (!nice_agent_get_local_credentials(agent.get(), kStream, &ufrag, &pwd)) return {};
  ice::Credentials credentials{ufrag, pwd};
  g_free(ufrag);
  g_free(pwd);
  return credentials;
}

ice::Credentials IceAgent::Parts::restart() {
  if (!observer) return {};
  const GlibContext::Scope scope(context);
  nice_agent_restart(agent.get());
  g_object_set(agent.get(), "idle-timeout", kPatienceMs, nullptr);
  waiting.clear();
  remote_candidates = 0;
  passive_tcp_candidates = 0;
  has_remote_credentials = false;
  if (direct) direct->setLocalUfrag(localCredentials().ufrag);
  return localCredentials();
}

bool IceAgent::Parts::send(Bytes datagram) {
  if (!observer || !has_path || states.told() == IceState::Failed) {
    ++counters.dropped_no_path;
    return false;
  }
  if (direct) {
    direct->send(datagram);
    ++counters.datagrams_sent;
    ++counters.direct_sent;
    return true;
  }
  GOutputVector vector{datagram.data(), datagram.size()};
  const NiceOutputMessage message{&vector, 1};
  const bool is_sent = nice_agent_send_messages_nonblocking(agent.get(), kStream, kComponent,
                                                            &message, 1, nullptr, nullptr) == 1;
  if (path_has_queue) const GlibContext::Scope watches_the_queue(context);
  ++(is_sent ? counters.datagrams_sent : counters.dropped_path_full);
  return is_sent;
}

void IceAgent::Parts::close() {
  if (!observer) return;
  observer = nullptr;
  waiting.clear();
  loop.post([self = shared_from_this()] { self->end(); });
}

// Not inside a callback of libnice any more. Allocations on a TURN server are given back first,
// which takes a round trip; all else ends at once.
void IceAgent::Parts::end() {
  state_timer.cancel();
  endDirectPath();
  g_signal_handlers_disconnect_by_data(agent.get(), this);
  const GlibContext::Scope scope(context);
  if (config.turn_servers.empty()) {
    agent.reset();
  } else {
    worker.loop().assertHere();
    worker.services().closing.add(*this);
    nice_agent_close_async(agent.get(), onEnded, new std::shared_ptr<Parts>(shared_from_this()));
  }
}

// What libnice has begun cannot be taken back: the agent stays, asleep, until the process ends,
// unless its end was told already and only waits for its turn.
void IceAgent::Parts::abandon() {
  tunnels.clear();
  context.abandon();
}

void IceAgent::Parts::onEnded(GObject*, GAsyncResult*, gpointer self) {
  const std::unique_ptr<std::shared_ptr<Parts>> kept(static_cast<std::shared_ptr<Parts>*>(self));
  Parts& parts = **kept;
  parts.worker.post([last = *kept](WorkerServices& services) {
    services.closing.remove(*last);
    last->agent.reset();
  });
}

ice::Candidate IceAgent::Parts::localCandidate(const NiceCandidate& nice) const {
  auto candidate = fromNice(nice);
  if (candidate.type != ice::CandidateType::Host) return candidate;
  const bool is_ipv4 = ice::addressKind(candidate.address) == ice::AddressKind::Ipv4;
  const auto& external = is_ipv4 ? config.external_ipv4 : config.external_ipv6;
  if (!external.empty()) candidate.address = external;
  return candidate;
}

void IceAgent::Parts::onCandidate(NiceAgent*, NiceCandidate* candidate, gpointer self) {
  const auto& parts = *static_cast<Parts*>(self);
  if (parts.observer) parts.observer->onIceCandidate(parts.localCandidate(*candidate));
}

void IceAgent::Parts::onGatheringDone(NiceAgent*, guint, gpointer self) {
  const auto& parts = *static_cast<Parts*>(self);
  if (parts.observer) parts.observer->onIceGatheringDone();
}

void IceAgent::Parts::onState(NiceAgent*, guint, guint, guint state, gpointer self) {
  auto& parts = *static_cast<Parts*>(self);
  if (!parts.observer) return;
  const IceState now = stateOf(state);
  if (now == IceState::Connected || now == IceState::Ready) parts.updateDirectPath();
  if (now == IceState::Failed) parts.endDirectPath();
  parts.states.onAgentState(now, Loop::now());
  parts.tellStates();
}

// In the order in which they come about. The observer may close the agent.
void IceAgent::Parts::tellStates() {
  const Timestamp now = Loop::now();
  while (observer) {
    const auto state = states.poll(now);
    if (!state) break;
    g_object_set(agent.get(), "idle-timeout",
                 *state == IceState::Ready ? kPatienceWithPathMs : kPatienceMs, nullptr);
    observer->onIceState(*state);
  }
  const Timestamp due = observer ? states.nextTimeout(now) : kNever;
  if (due == kNever)
    state_timer.cancel();
  else
    state_timer.startAt(due, [this] { tellStates(); });
}

// The pair that libnice has selected, unless it is relayed or TCP, which need what it does to them.
void IceAgent::Parts::updateDirectPath() {
  NiceCandidate *local = nullptr, *remote = nullptr;
  const std::unique_ptr<GSocket, Unref> socket(
      nice_agent_get_selected_socket(agent.get(), kStream, kComponent));
  if (!socket || !nice_agent_get_selected_pair(agent.get(), kStream, kComponent, &local, &remote)) {
    endDirectPath();
    return;
  }
  SocketAddress address;
  nice_address_copy_to_sockaddr(&remote->addr, address.data());
  const int descriptor = g_socket_get_fd(socket.get());
  if (direct && direct->isOf(descriptor, address)) return;

  direct = DirectPath::make(worker, descriptor, address, localCredentials().ufrag);
  context.intercept(descriptor, direct ? this : nullptr);
  if (direct)
    states.watchConsent(Loop::now());
  else
    states.ignoreConsent();
}

void IceAgent::Parts::endDirectPath() {
  context.intercept(-1, nullptr);
  states.ignoreConsent();
  direct.reset();
}

// The observer may close the agent or have it change its path while it is told.
GlibContext::Interceptor::Left IceAgent::Parts::onReadable() {
  const auto path = direct;
  const Timestamp now = Loop::now();
  const auto left = path->receive(now, [&](MutableBytes datagram) {
    if (!observer) return DirectPath::Next::Stop;
    ++counters.datagrams_received;
    ++counters.direct_received;
    observer->onIceDatagram(datagram, now);
    return direct == path ? DirectPath::Next::GoOn : DirectPath::Next::Stop;
  });
  counters.dropped_foreign += path->takeDroppedForeign();
  if (left == DirectPath::Left::Nothing) return Left::Nothing;
  counters.consents += path->takeConsents();
  states.onConsent(path->lastConsent());
  tellStates();
  return Left::ForGlib;
}

void IceAgent::Parts::onSelectedPair(NiceAgent*, guint, guint, NiceCandidate* local,
                                     NiceCandidate* remote, gpointer self) {
  auto& parts = *static_cast<Parts*>(self);
  if (!parts.observer) return;
  parts.has_path = true;
  parts.updateDirectPath();
  parts.path_has_queue = local->transport != NICE_CANDIDATE_TRANSPORT_UDP ||
                         local->type == NICE_CANDIDATE_TYPE_RELAYED;
  if (parts.observer)
    parts.observer->onIceSelectedPair(parts.localCandidate(*local), fromNice(*remote));
}

void IceAgent::Parts::onReceive(NiceAgent*, guint, guint, guint size, gchar* bytes, gpointer self) {
  auto& parts = *static_cast<Parts*>(self);
  parts.context.onlyDataCame();
  if (!parts.observer) return;
  ++parts.counters.datagrams_received;
  parts.observer->onIceDatagram(MutableBytes(reinterpret_cast<std::uint8_t*>(bytes), size),
                                Loop::now());
}

IceAgent::IceAgent(Worker& worker, IceConfig config, IceObserver& observer)
    : parts_(std::make_shared<Parts>(worker, std::move(config), observer)) {}

IceAgent::~IceAgent() { close(); }

ice::Credentials IceAgent::localCredentials() const { return parts_->localCredentials(); }

bool IceAgent::setLocalCredentials(const ice::Credentials& credentials) {
  if (!parts_->observer) return false;
  if (!ice::isValidUfrag(credentials.ufrag) || !ice::isValidPwd(credentials.pwd)) return false;
  if (!nice_agent_set_local_credentials(parts_->agent.get(), kStream, credentials.ufrag.c_str(),
                                        credentials.pwd.c_str()))
    return false;
  if (parts_->direct) parts_->direct->setLocalUfrag(credentials.ufrag);
  return true;
}

bool IceAgent::setRemoteCredentials(const ice::Credentials& credentials) {
  if (!parts_->observer) return false;
  if (!ice::isValidUfrag(credentials.ufrag) || !ice::isValidPwd(credentials.pwd)) return false;
  const GlibContext::Scope scope(parts_->context);
  if (!nice_agent_set_remote_credentials(parts_->agent.get(), kStream, credentials.ufrag.c_str(),
                                         credentials.pwd.c_str()))
    return false;
  parts_->has_remote_credentials = true;
  parts_->takeWaitingCandidates();
  return true;
}

void IceAgent::setRole(IceRole role) {
  if (parts_->observer)
    g_object_set(parts_->agent.get(), "controlling-mode", role == IceRole::Controlling, nullptr);
}

void IceAgent::configure(IceConfig config) { parts_->configure(std::move(config)); }

bool IceAgent::gather() { return parts_->gather(); }

std::expected<void, CandidateRefusal> IceAgent::addRemoteCandidate(
    const ice::Candidate& candidate) {
  return parts_->addRemoteCandidate(candidate);
}

ice::Credentials IceAgent::restart() { return parts_->restart(); }

bool IceAgent::send(Bytes datagram) { return parts_->send(datagram); }

void IceAgent::close() { parts_->close(); }

std::size_t IceAgent::tcpConnectionCount() const {
  return parts_->has_gathered
             ? parts_->context.descriptorCount() - parts_->descriptors_of_candidates
             : 0;
}

IceState IceAgent::state() const { return parts_->states.told(); }

const IceCounters& IceAgent::counters() const { return parts_->counters; }

}  // namespace ms::net
