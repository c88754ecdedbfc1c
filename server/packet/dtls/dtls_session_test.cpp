#include "server/packet/dtls/dtls_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <random>

namespace ms::dtls {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Datagram = std::vector<std::uint8_t>;

const Timestamp kStart{1000s};

Certificate makeCertificate() {
  return *Certificate::makeSelfSigned(KeyType::Ecdsa,
                                      Certificate::WallClock::time_point(std::chrono::days(20000)));
}

// A session and what it told.
struct Side final : DtlsObserver {
  Side(const Certificate& certificate, DtlsRole role, std::vector<Fingerprint> expected,
       std::span<const srtp::Profile> profiles = kSrtpProfiles)
      : session(certificate, role, std::move(expected), *this, profiles) {}

  void onDtlsDatagram(Bytes datagram) override {
    out.emplace_back(datagram.begin(), datagram.end());
  }
  void onDtlsState(DtlsState state) override { states.push_back(state); }
  void onDtlsApplicationData(Bytes data) override {
    received.emplace_back(data.begin(), data.end());
  }

  std::deque<Datagram> out;
  std::vector<DtlsState> states;
  std::vector<Datagram> received;
  DtlsSession session;
};

// Client and server with a network between them that a test may spoil.
class DtlsSessionTest : public ::testing::Test {
 protected:
  void start() {
    server.session.start(now);
    client.session.start(now);
  }

  // Carries what there is to carry, and lets timers run, for `duration`.
  void run(Duration duration = 1s) {
    const Timestamp end = now + duration;
    for (;;) {
      while (!client.out.empty() || !server.out.empty()) {
        carry(client, server);
        carry(server, client);
      }
      const Timestamp next = std::min(client.session.nextTimeout(), server.session.nextTimeout());
      if (next > end) break;
      now = std::max(now, next);
      client.session.handleTimeout(now);
      server.session.handleTimeout(now);
    }
    now = end;
  }

  void carry(Side& from, Side& to) {
    std::deque<Datagram> datagrams = std::exchange(from.out, {});
    for (const Datagram& datagram : datagrams) {
      EXPECT_LE(datagram.size(), DtlsSession::kMtuBytes);
      ++carried;
      if (!spoil || spoil(datagram)) to.session.receive(datagram, now);
    }
  }

  Certificate client_certificate = makeCertificate();
  Certificate server_certificate = makeCertificate();
  Side client{client_certificate, DtlsRole::Client, {server_certificate.fingerprint()}};
  Side server{server_certificate, DtlsRole::Server, {client_certificate.fingerprint()}};
  Timestamp now = kStart;
  int carried = 0;
  std::function<bool(const Datagram&)> spoil;  // False: the datagram is lost.
};

TEST_F(DtlsSessionTest, ConnectsAndMakesTheSameGcmKeysOnBothSides) {
  start();
  run();

  EXPECT_THAT(client.states, ElementsAre(DtlsState::Connecting, DtlsState::Connected));
  EXPECT_THAT(server.states, ElementsAre(DtlsState::Connecting, DtlsState::Connected));
  const auto of_client = client.session.srtpKeys(), of_server = server.session.srtpKeys();
  ASSERT_TRUE(of_client && of_server);
  EXPECT_EQ(of_client->profile, srtp::Profile::AeadAes128Gcm);
  EXPECT_EQ(of_client->outbound, of_server->inbound);
  EXPECT_EQ(of_client->inbound, of_server->outbound);
  EXPECT_NE(of_client->inbound, of_client->outbound);
  EXPECT_EQ(client.session.nextTimeout(), kNever);
}

TEST_F(DtlsSessionTest, TakesTheProfileThatThePeerHas) {
  for (const srtp::Profile profile : kSrtpProfiles) {
    Side limited(client_certificate, DtlsRole::Client, {server_certificate.fingerprint()},
                 std::span(&profile, 1));
    Side complete(server_certificate, DtlsRole::Server, {client_certificate.fingerprint()});
    complete.session.start(now);
    limited.session.start(now);
    for (int i = 0; i < 10; ++i) {
      carry(limited, complete);
      carry(complete, limited);
    }

    const auto of_client = limited.session.srtpKeys(), of_server = complete.session.srtpKeys();
    ASSERT_TRUE(of_client && of_server);
    EXPECT_EQ(of_client->profile, profile);
    EXPECT_EQ(of_server->profile, profile);
    EXPECT_EQ(of_client->outbound, of_server->inbound);
  }
}

TEST_F(DtlsSessionTest, RefusesAPeerWhoseFingerprintIsNotTheSignalledOne) {
  Side wrong(server_certificate, DtlsRole::Server, {makeCertificate().fingerprint()});
  wrong.session.start(now);
  client.session.start(now);
  for (int i = 0; i < 10; ++i) {
    carry(client, wrong);
    carry(wrong, client);
  }

  EXPECT_EQ(wrong.session.state(), DtlsState::Failed);
  EXPECT_EQ(wrong.session.failure(), DtlsFailure::FingerprintMismatch);
  EXPECT_FALSE(wrong.session.srtpKeys());
  EXPECT_EQ(client.session.state(), DtlsState::Failed);
  EXPECT_FALSE(client.session.srtpKeys());
}

TEST_F(DtlsSessionTest, ConnectsToNobodyWithoutAFingerprint) {
  Side trusting(client_certificate, DtlsRole::Client, {});
  server.session.start(now);
  trusting.session.start(now);
  for (int i = 0; i < 10; ++i) {
    carry(trusting, server);
    carry(server, trusting);
  }

  EXPECT_EQ(trusting.session.failure(), DtlsFailure::FingerprintMismatch);
}

TEST_F(DtlsSessionTest, SendsALostFlightAgainWithoutLookingAtAClock) {
  int to_lose = 3;
  spoil = [&](const Datagram&) { return --to_lose < 0; };
  start();

  run(10s);

  EXPECT_EQ(client.session.state(), DtlsState::Connected);
  EXPECT_EQ(server.session.state(), DtlsState::Connected);
}

TEST_F(DtlsSessionTest, RepeatsItsLastFlightForAClientThatLostIt) {
  // The first change_cipher_spec of the server is its last flight.
  bool lost = false;
  spoil = [&](const Datagram& datagram) {
    const bool is_last =
        !lost && datagram[0] == 20 && server.session.state() == DtlsState::Connected;
    lost = lost || is_last;
    return !is_last;
  };
  start();

  run(5s);

  EXPECT_TRUE(lost);
  EXPECT_EQ(client.session.state(), DtlsState::Connected);
}

TEST_F(DtlsSessionTest, ConnectsWithAFifthOfAllDatagramsLostWhateverTheirOrder) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Side one(client_certificate, DtlsRole::Client, {server_certificate.fingerprint()});
    Side two(server_certificate, DtlsRole::Server, {client_certificate.fingerprint()});
    std::mt19937 random(seed);
    const auto carryBadly = [&](Side& from, Side& to) {
      std::deque<Datagram> datagrams = std::exchange(from.out, {});
      std::shuffle(datagrams.begin(), datagrams.end(), random);
      for (const Datagram& datagram : datagrams)
        if (random() % 5 != 0) to.session.receive(datagram, now);
    };
    now = kStart;
    two.session.start(now);
    one.session.start(now);
    while (now < kStart + 25s) {
      carryBadly(one, two);
      carryBadly(two, one);
      now += 10ms;
      one.session.handleTimeout(now);
      two.session.handleTimeout(now);
    }
    EXPECT_EQ(one.session.state(), DtlsState::Connected) << "seed " << seed;
    EXPECT_EQ(two.session.state(), DtlsState::Connected) << "seed " << seed;
  }
}

TEST_F(DtlsSessionTest, GivesUpWhenNobodyAnswers) {
  spoil = [](const Datagram&) { return false; };
  start();

  run(29s);
  EXPECT_EQ(client.session.state(), DtlsState::Connecting);
  EXPECT_EQ(carried, 13);  // The hello and twelve repetitions.
  run(2s);

  EXPECT_EQ(client.session.state(), DtlsState::Failed);
  EXPECT_EQ(client.session.failure(), DtlsFailure::Timeout);
  EXPECT_EQ(client.session.nextTimeout(), kNever);
}

// Splits the ClientHello of `datagram` into fragments of `bytes`, one record and datagram each
// (RFC 6347 §4.2.3).
std::vector<Datagram> fragmentsOf(const Datagram& datagram, std::size_t bytes) {
  constexpr std::size_t kHeaders = 13 + 12;
  std::vector<Datagram> fragments;
  for (std::size_t at = 0; kHeaders + at < datagram.size(); at += bytes) {
    const std::size_t size = std::min(bytes, datagram.size() - kHeaders - at);
    Datagram fragment(datagram.begin(), datagram.begin() + kHeaders);
    fragment[10] = static_cast<std::uint8_t>(fragments.size());  // Record number.
    storeBe16(fragment, 11, static_cast<std::uint16_t>(12 + size));
    storeBe24(fragment, 13 + 6, static_cast<std::uint32_t>(at));
    storeBe24(fragment, 13 + 9, static_cast<std::uint32_t>(size));
    fragment.insert(fragment.end(), datagram.begin() + static_cast<long>(kHeaders + at),
                    datagram.begin() + static_cast<long>(kHeaders + at + size));
    fragments.push_back(std::move(fragment));
  }
  return fragments;
}

TEST_F(DtlsSessionTest, TakesAClientHelloInFragmentsAndInAnyOrder) {
  start();
  const auto fragments = fragmentsOf(client.out.front(), 60);
  client.out.clear();
  ASSERT_GE(fragments.size(), 3u);

  for (auto fragment = fragments.rbegin(); fragment != fragments.rend(); ++fragment)
    server.session.receive(*fragment, now);
  run();

  EXPECT_EQ(server.session.state(), DtlsState::Connected);
  EXPECT_EQ(client.session.state(), DtlsState::Connected);
}

TEST_F(DtlsSessionTest, IsNotDisturbedByGarbageAtAnyMoment) {
  std::mt19937 random(1);
  spoil = [&](const Datagram&) {
    for (Side* side : {&client, &server}) {
      Datagram garbage(13 + random() % 200);
      for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
      garbage[0] = static_cast<std::uint8_t>(20 + random() % 44);
      side->session.receive(garbage, now);
    }
    return true;
  };
  start();
  run();
  const Datagram message{1, 2, 3};
  EXPECT_TRUE(client.session.sendApplicationData(message));
  run();

  EXPECT_EQ(client.session.state(), DtlsState::Connected);
  EXPECT_THAT(server.received, ElementsAre(message));
}

TEST_F(DtlsSessionTest, IgnoresAnUnprotectedAlertAndReplaysOnceConnected) {
  std::vector<Datagram> seen;
  spoil = [&](const Datagram& datagram) {
    seen.push_back(datagram);
    return true;
  };
  start();
  run();
  spoil = nullptr;
  const Datagram alert{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 80};

  server.session.receive(alert, now);
  client.session.receive(alert, now);
  for (const Datagram& datagram : seen) {
    server.session.receive(datagram, now);
    client.session.receive(datagram, now);
  }
  run();

  EXPECT_EQ(server.session.state(), DtlsState::Connected);
  EXPECT_EQ(client.session.state(), DtlsState::Connected);
}

// A record as it comes after the handshake: type, version, epoch, number, length (RFC 6347 §4.1).
Datagram protectedRecord(std::uint8_t type, std::uint8_t number, std::size_t bytes) {
  Datagram record{type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, number};
  record.push_back(static_cast<std::uint8_t>(bytes >> 8));
  record.push_back(static_cast<std::uint8_t>(bytes));
  for (std::size_t i = 0; i < bytes; ++i) record.push_back(static_cast<std::uint8_t>(7 * i));
  return record;
}

TEST_F(DtlsSessionTest, IsNotDisturbedByRecordsOfAnyLengthThatNobodyProtected) {
  start();
  run();
  for (std::uint8_t bytes = 0; bytes < 64; ++bytes)
    for (std::uint8_t type = 20; type < 26; ++type)
      for (Side* side : {&client, &server})
        side->session.receive(protectedRecord(type, 100 + bytes, bytes), now);

  EXPECT_EQ(server.session.state(), DtlsState::Connected);
  EXPECT_EQ(client.session.state(), DtlsState::Connected);
}

TEST_F(DtlsSessionTest, CarriesApplicationDataBothWays) {
  start();
  run();
  const Datagram request(DtlsSession::kMaxApplicationBytes, 7), reply{8};

  EXPECT_TRUE(client.session.sendApplicationData(request));
  EXPECT_TRUE(server.session.sendApplicationData(reply));
  EXPECT_FALSE(client.session.sendApplicationData(Datagram(request.size() + 1)));
  run();

  EXPECT_THAT(server.received, ElementsAre(request));
  EXPECT_THAT(client.received, ElementsAre(reply));
}

TEST_F(DtlsSessionTest, TellsThePeerWhenItCloses) {
  start();
  run();

  client.session.close();
  run();

  EXPECT_EQ(client.states.back(), DtlsState::Closed);
  EXPECT_EQ(server.states.back(), DtlsState::Closed);
  EXPECT_FALSE(server.session.srtpKeys());
  EXPECT_FALSE(server.session.sendApplicationData(Datagram{1}));
}

TEST_F(DtlsSessionTest, DoesNothingBeforeItIsStarted) {
  client.session.start(now);
  server.session.receive(client.out.front(), now);
  EXPECT_THAT(server.states, IsEmpty());
  EXPECT_THAT(server.out, IsEmpty());

  server.session.start(now);
  run();

  EXPECT_EQ(server.session.state(), DtlsState::Connected);
}

}  // namespace
}  // namespace ms::dtls
