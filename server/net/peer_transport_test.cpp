#include "server/net/peer_transport.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/net/ice_test_peer.h"

namespace ms::net {
namespace {

const dtls::Certificate& certificate() {
  static const auto made =
      dtls::Certificate::makeSelfSigned(dtls::KeyType::Ecdsa, dtls::Certificate::WallClock::now());
  return made.value();
}

sdp::Fingerprint fingerprint() {
  const auto digest = certificate().fingerprint().digest();
  return {"sha-256", {digest.begin(), digest.end()}};
}

// One side of a call on a worker of its own, and what it told.
class Side : public PeerTransportObserver {
 public:
  explicit Side(const char* name) : worker(name) {
    onLoop([&] {
      transport = std::make_unique<PeerTransport>(
          worker,
          PeerTransportConfig{.ice = onLoopback(),
                              .credentials = {},
                              .certificate = certificate(),
                              .clock = rtp::NtpClock(rtp::NtpTime(0), Loop::now())},
          *this);
    });
  }
  ~Side() override {
    onLoop([&] { transport.reset(); });
  }

  void onLoop(Task task) { worker.loop().runAndWait(std::move(task)); }
  template <class Question>
  auto ask(Question question) {
    decltype(question()) answer{};
    onLoop([&] { answer = question(); });
    return answer;
  }

  // Whether `line` is told in time.
  bool hears(const std::string& line) {
    auto told = std::make_shared<std::promise<void>>();
    auto future = told->get_future();
    onLoop([&] {
      awaited_ = line;
      told_ = std::move(told);
      maybeTold();
    });
    return future.wait_for(kPatience) == std::future_status::ready;
  }

  void onIceCandidate(TransportIndex, const ice::Candidate& candidate) override {
    candidates.push_back(candidate);
    if (forward) forward(candidate);
  }
  void onIceGatheringDone() override { write("gathering done"); }
  void onIceState(TransportIndex, IceState state) override {
    write(std::string("ice ") + nameOf(state));
  }
  void onIceSelectedPair(TransportIndex, const ice::Candidate&, const ice::Candidate&) override {
    write("pair");
  }
  void onDtlsState(TransportIndex, dtls::DtlsState state) override {
    write("dtls " + std::to_string(static_cast<int>(state)));
  }
  void onConnectionState(peer::ConnectionState state) override {
    write(state == peer::ConnectionState::Connected ? "connected" : "disconnected");
  }
  void onMediaState(peer::MediaState) override {}
  void onFlowState(rtp::MediaKind, peer::FlowDirection, peer::FlowState) override {}
  void onApplicationData(TransportIndex, Bytes data) override {
    write("data " + std::string(data.begin(), data.end()));
  }

  Worker worker;
  std::unique_ptr<PeerTransport> transport;
  std::function<void(const ice::Candidate&)> forward;
  std::function<void(const std::string&)> react;
  std::vector<ice::Candidate> candidates;
  std::vector<std::string> log;

 private:
  void write(std::string line) {
    log.push_back(line);
    if (react) react(line);
    maybeTold();
  }
  void maybeTold() {
    if (!told_ || std::ranges::find(log, awaited_) == log.end()) return;
    told_->set_value();
    told_.reset();
  }

  std::string awaited_;
  std::shared_ptr<std::promise<void>> told_;
};

sdp::NegotiatedSession sessionWith(const ice::Credentials& remote, sdp::SetupRole setup) {
  sdp::NegotiatedTransport transport;
  transport.remote_ice = remote;
  transport.remote_fingerprint = fingerprint();
  transport.setup = setup;
  transport.rtcp_mux = true;

  sdp::NegotiatedSession session;
  session.offerer = setup == sdp::SetupRole::Passive;
  session.bundle = true;
  session.transports = {transport};
  return session;
}

void trickle(Side& from, Side& to) {
  from.forward = [&to](const ice::Candidate& candidate) {
    to.worker.loop().post([&to, candidate] {
      if (to.transport) (void)to.transport->addRemoteCandidate(0, candidate);
    });
  };
}

struct Call {
  Call() {
    trickle(offerer, answerer);
    trickle(answerer, offerer);
  }
  ~Call() {
    offerer.onLoop([&] { offerer.forward = nullptr; });
    answerer.onLoop([&] { answerer.forward = nullptr; });
  }

  static ice::Credentials of(Side& side) {
    return side.ask([&] { return side.transport->localCredentials(); });
  }
  // As an endpoint does that answers; then the answer travels, and the offerer starts.
  void answer() {
    const auto remote = of(offerer);
    of_answerer = of(answerer);
    offerer.onLoop([&] { offerer.transport->gather(); });
    answerer.onLoop([&] {
      answerer.transport->start(sessionWith(remote, sdp::SetupRole::Active));
      answerer.transport->gather();
    });
  }
  void takeAnswer() {
    offerer.onLoop(
        [&] { offerer.transport->start(sessionWith(of_answerer, sdp::SetupRole::Passive)); });
  }

  ice::Credentials of_answerer;
  Side offerer{"offerer"}, answerer{"answerer"};
};

TEST(PeerTransport, ConnectsAndCarriesApplicationData) {
  Call call;

  call.answer();
  call.takeAnswer();
  ASSERT_TRUE(call.offerer.hears("connected"));
  ASSERT_TRUE(call.answerer.hears("connected"));
  EXPECT_TRUE(call.offerer.ask(
      [&] { return call.offerer.transport->peer().sendApplicationData(0, bytesOf("hello")); }));

  EXPECT_TRUE(call.answerer.hears("data hello"));
}

TEST(PeerTransport, TellsThePairBeforeIceAndIceBeforeDtls) {
  Call call;

  call.answer();
  call.takeAnswer();
  ASSERT_TRUE(call.answerer.hears("connected"));

  const auto log = call.answerer.ask([&] { return call.answerer.log; });
  const auto at = [&](const char* line) { return std::ranges::find(log, line) - log.begin(); };
  EXPECT_LT(at("pair"), at("ice CONNECTED"));
  EXPECT_LT(at("ice CONNECTED"), at("connected"));
}

TEST(PeerTransport, LosesItsPeerWhenThatStops) {
  Call call;
  call.answer();
  call.takeAnswer();
  ASSERT_TRUE(call.offerer.hears("connected"));
  ASSERT_TRUE(call.answerer.hears("connected"));

  call.answerer.onLoop([&] { call.answerer.transport->stop(); });

  EXPECT_TRUE(call.offerer.hears("disconnected"));
}

TEST(PeerTransport, MayBeDestroyedInsideAnyCallback) {
  for (const std::string last :
       {"gathering done", "ice CONNECTING", "pair", "ice READY", "dtls 1", "dtls 2", "connected"}) {
    Call call;
    call.answerer.react = [&](const std::string& line) {
      if (line == last) call.answerer.transport.reset();
    };

    call.answer();
    call.takeAnswer();
    EXPECT_TRUE(call.answerer.hears(last)) << last;

    call.answerer.onLoop([] {});
    EXPECT_EQ(call.answerer.ask([&] { return call.answerer.log.back(); }), last);
  }
}

TEST(PeerTransport, RefusesCandidatesOfTransportsThatItDoesNotHave) {
  Call call;

  call.answerer.onLoop([&] {
    EXPECT_EQ(call.answerer.transport->addRemoteCandidate(1, {}),
              std::unexpected(CandidateRefusal::UnknownTransport));
    call.answerer.transport->stop();
    EXPECT_EQ(call.answerer.transport->addRemoteCandidate(0, {}),
              std::unexpected(CandidateRefusal::Closed));
  });
}

TEST(PeerTransport, HasOneIceSessionPerMlineWithoutBundle) {
  Call call;
  auto session = sessionWith(call.of(call.offerer), sdp::SetupRole::Active);
  session.bundle = false;
  session.transports.push_back(session.transports.front());

  call.answerer.onLoop([&] {
    EXPECT_TRUE(call.answerer.transport->gather());
    call.answerer.transport->start(session);
  });

  EXPECT_EQ(call.answerer.ask([&] { return call.answerer.transport->transportCount(); }), 2u);
  EXPECT_TRUE(call.answerer.hears("gathering done"));
}

TEST(PeerTransport, TellsTheEndOfGatheringOnceThoughTransportsComeLater) {
  Call call;
  auto session = sessionWith(call.of(call.offerer), sdp::SetupRole::Passive);
  session.bundle = false;
  session.transports.push_back(session.transports.front());

  call.answerer.onLoop([&] { EXPECT_TRUE(call.answerer.transport->gather()); });
  ASSERT_TRUE(call.answerer.hears("gathering done"));
  const auto of_the_first = call.answerer.ask([&] { return call.answerer.candidates.size(); });
  call.answerer.onLoop([&] { call.answerer.transport->start(session); });
  call.answerer.onLoop([] {});

  EXPECT_EQ(call.answerer.ask([&] { return call.answerer.candidates.size(); }), 2 * of_the_first);
  EXPECT_EQ(
      call.answerer.ask([&] { return std::ranges::count(call.answerer.log, "gathering done"); }),
      1);
}

TEST(PeerTransport, CarriesMediaOverItsOldPairWhileIceRestarts) {
  Call call;
  call.answer();
  call.takeAnswer();
  ASSERT_TRUE(call.offerer.hears("connected") && call.answerer.hears("connected"));
  const auto old = call.of(call.offerer);
  const auto says = [](Side& side, const char* text) {
    return side.ask([&] { return side.transport->peer().sendApplicationData(0, bytesOf(text)); });
  };

  const auto of_offerer = call.offerer.ask([&] { return call.offerer.transport->restart(); });
  EXPECT_NE(of_offerer, old);
  EXPECT_TRUE(says(call.offerer, "while restarting") && says(call.answerer, "you, too"));
  EXPECT_TRUE(call.answerer.hears("data while restarting") && call.offerer.hears("data you, too"));

  const auto of_answerer = call.answerer.ask([&] { return call.answerer.transport->restart(); });
  for (Side* side : {&call.offerer, &call.answerer}) side->onLoop([&] { side->log.clear(); });
  const auto reconnect = [](Side& side, const Side& other, const ice::Credentials& remote) {
    auto session = sessionWith(remote, sdp::SetupRole::Active);
    session.transports.front().remote_candidates = other.candidates;
    side.onLoop([&] { side.transport->reconnect(session); });
  };
  reconnect(call.answerer, call.offerer, of_offerer);
  reconnect(call.offerer, call.answerer, of_answerer);

  for (Side* side : {&call.offerer, &call.answerer})
    EXPECT_TRUE(side->hears("pair") && side->hears("ice READY"));
  EXPECT_TRUE(says(call.offerer, "after it"));
  EXPECT_TRUE(call.answerer.hears("data after it"));
}

}  // namespace
}  // namespace ms::net
