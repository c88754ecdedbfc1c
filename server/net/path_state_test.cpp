#include "server/net/path_state.h"

#include <gtest/gtest.h>

#include <string>

namespace ms::net {
namespace {

using std::chrono::seconds;

constexpr Timestamp kStart{seconds(1000)};
constexpr Timestamp kSettled = kStart + PathState::kSettledAfter;

// All that there is to tell at `now`, in order.
std::string toldAt(PathState& state, Timestamp now) {
  std::string all;
  while (const auto next = state.poll(now)) (all += nameOf(*next)) += ' ';
  return all;
}

PathState connected() {
  PathState state;
  state.onAgentState(IceState::Connected, kStart);
  (void)state.poll(kStart);
  return state;
}

TEST(PathState, IsReadyWhenANominatedPairHasStoodForAMoment) {
  PathState state;
  std::string told;
  for (const IceState next : {IceState::Gathering, IceState::Connecting, IceState::Connected}) {
    state.onAgentState(next, kStart);
    told += toldAt(state, kStart);
  }

  EXPECT_EQ(told, "GATHERING CONNECTING CONNECTED ");
  EXPECT_EQ(state.nextTimeout(kStart), kSettled);
  EXPECT_EQ(toldAt(state, kSettled), "READY ");
  EXPECT_EQ(state.nextTimeout(kSettled), kNever);
}

TEST(PathState, IsReadyAtOnceWhenLibniceIs) {
  PathState state = connected();

  state.onAgentState(IceState::Ready, kStart);

  EXPECT_EQ(toldAt(state, kStart), "READY ");
}

TEST(PathState, StaysReadyWhenABetterCandidateComesLater) {
  PathState state = connected();
  EXPECT_EQ(toldAt(state, kSettled), "READY ");

  state.onAgentState(IceState::Ready, kSettled);
  state.onAgentState(IceState::Connected, kSettled);

  EXPECT_EQ(toldAt(state, kSettled), "");
}

TEST(PathState, DoubtsAPairWhosePeerNoLongerAnswersBeforeItFails) {
  PathState state = connected();
  state.watchConsent(kStart);
  (void)toldAt(state, kSettled);
  const Timestamp doubtful = kStart + ConsentWatch::kDoubtfulAfter;
  const Timestamp expired = kStart + ConsentWatch::kExpiresAfter;

  EXPECT_EQ(state.nextTimeout(kSettled), doubtful);
  EXPECT_EQ(toldAt(state, doubtful), "DISCONNECTED ");
  EXPECT_EQ(state.nextTimeout(doubtful), expired);
  EXPECT_EQ(toldAt(state, expired), "FAILED ");
}

TEST(PathState, IsReadyAgainWhenThePeerAnswersAgain) {
  for (const Duration silence : {ConsentWatch::kDoubtfulAfter, ConsentWatch::kExpiresAfter}) {
    PathState state = connected();
    state.watchConsent(kStart);
    (void)toldAt(state, kSettled);
    (void)toldAt(state, kStart + silence);

    state.onConsent(kStart + silence);

    EXPECT_EQ(toldAt(state, kStart + silence), "READY ");
  }
}

TEST(PathState, IgnoresConsentOfAPairWhoseAnswersItDoesNotSee) {
  PathState state = connected();
  state.watchConsent(kStart);

  state.ignoreConsent();

  EXPECT_EQ(toldAt(state, kStart + 2 * ConsentWatch::kExpiresAfter), "READY ");
}

TEST(PathState, FailsWhenLibniceFails) {
  PathState state = connected();

  state.onAgentState(IceState::Failed, kStart);

  EXPECT_EQ(toldAt(state, kStart), "FAILED ");
  EXPECT_EQ(state.nextTimeout(kStart), kNever);
}

}  // namespace
}  // namespace ms::net
