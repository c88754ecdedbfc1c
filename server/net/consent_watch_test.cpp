#include "server/net/consent_watch.h"

#include <gtest/gtest.h>

namespace ms::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Timestamp kStart{seconds(1000)};

TEST(ConsentWatch, DoubtsAndExpiresWhenNothingComes) {
  ConsentWatch watch;
  watch.renew(kStart);

  EXPECT_EQ(watch.at(kStart), Consent::Fresh);
  EXPECT_EQ(watch.at(kStart + seconds(7) - milliseconds(1)), Consent::Fresh);
  EXPECT_EQ(watch.at(kStart + seconds(7)), Consent::Doubtful);
  EXPECT_EQ(watch.at(kStart + seconds(30) - milliseconds(1)), Consent::Doubtful);
  EXPECT_EQ(watch.at(kStart + seconds(30)), Consent::Expired);
}

TEST(ConsentWatch, IsFreshAgainWithEachAnswer) {
  ConsentWatch watch;
  watch.renew(kStart);

  watch.renew(kStart + seconds(20));

  EXPECT_EQ(watch.at(kStart + seconds(20)), Consent::Fresh);
  EXPECT_EQ(watch.at(kStart + seconds(27)), Consent::Doubtful);
  EXPECT_EQ(watch.at(kStart + seconds(49)), Consent::Doubtful);
}

TEST(ConsentWatch, TellsWhenItChangesNext) {
  ConsentWatch watch;
  watch.renew(kStart);

  for (const Timestamp now : {kStart, kStart + seconds(8)}) {
    const Timestamp next = watch.nextChange(now);
    EXPECT_NE(watch.at(next), watch.at(now));
    EXPECT_EQ(watch.at(next - milliseconds(1)), watch.at(now));
  }
  EXPECT_EQ(watch.nextChange(kStart + seconds(30)), kNever);
}

TEST(ConsentWatch, IsNotAgedByAnOlderAnswer) {
  ConsentWatch watch;
  watch.renew(kStart + seconds(5));

  watch.renew(kStart);

  EXPECT_EQ(watch.at(kStart + seconds(11)), Consent::Fresh);
}

}  // namespace
}  // namespace ms::net
