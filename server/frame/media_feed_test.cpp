#include "server/frame/media_feed.h"

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include "server/frame/test_player.h"

namespace ms::frame {
namespace {

using State = MediaFeed::State;
using namespace std::chrono_literals;

constexpr std::size_t kPiece = 4096;

std::vector<std::uint8_t> filmBytes() {
  std::ifstream file(film().path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

PlayerSettings encodedMedia() {
  PlayerSettings settings;
  settings.form = MediaForm::Encoded;
  return settings;
}

class MediaFeedTest : public testing::Test {
 protected:
  // false: it is full and stays so for that long, or refuses.
  bool waitForRoom(std::chrono::milliseconds patience = 20s) {
    const auto has_room = std::make_shared<std::promise<void>>();
    feed_->onRoom([has_room, is_told = std::make_shared<std::atomic_flag>()] {
      if (!is_told->test_and_set()) has_room->set_value();
    });
    return has_room->get_future().wait_for(patience) == std::future_status::ready &&
           feed_->state() == State::HasRoom;
  }
  // How much of `bytes` was taken.
  std::size_t send(Bytes bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size() && waitForRoom()) {
      const Bytes piece = bytes.subspan(sent, std::min(kPiece, bytes.size() - sent));
      feed_->write(piece);
      sent += piece.size();
    }
    return sent;
  }

  Loop loop_{"test"};
  FrameThreads threads_;
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
  const std::shared_ptr<MediaFeed> feed_ = std::make_shared<MediaFeed>();
  PlayerChain chain_{loop_, threads_, encodedMedia(), told_};
};

TEST_F(MediaFeedTest, IsPlayedToItsEnd) {
  Screen video(chain_, loop_, rtp::MediaKind::Video, kVp8);
  EXPECT_EQ(feed_->state(), State::Full) << "nobody takes it yet";
  chain_.play(feed_);
  const auto bytes = filmBytes();
  EXPECT_EQ(send(bytes), bytes.size());
  feed_->end();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] { EXPECT_EQ(video.frames.size(), 20u); });
}

TEST_F(MediaFeedTest, PlaysOneFilmAfterTheOther) {
  for (int round = 1; round <= 2; ++round) {
    const auto feed = std::make_shared<MediaFeed>();
    chain_.play(feed);
    std::promise<void> room;
    feed->onRoom([&] { room.set_value(); });
    room.get_future().wait();
    feed->write(filmBytes());
    feed->end();
    ASSERT_TRUE(told_->waitForCount("end", round));
    chain_.stop();
  }
}

TEST_F(MediaFeedTest, RefusesWhatIsNoMedia) {
  chain_.play(feed_);
  const std::string text(4 << 20, 'x');
  const std::size_t sent = send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  feed_->end();
  EXPECT_TRUE(told_->waitFor("INVALID_MEDIA"));
  EXPECT_LE(sent, text.size());
  EXPECT_EQ(feed_->state(), State::Refused);
}

// The demuxer keeps all of it, since the index is yet to come.
TEST_F(MediaFeedTest, TakesOnlySoMuchBeforeItFindsMedia) {
  chain_.play(feed_);
  std::vector<std::uint8_t> film{0, 0, 0, 16, 'f',  't',  'y',  'p',  'i', 's', 'o', 'm',
                                 0, 0, 0, 0,  0x7f, 0xff, 0xff, 0xff, 'm', 'd', 'a', 't'};
  film.resize(MediaFeed::kMaxBeforeMedia + 4 * kPiece);
  EXPECT_LE(send(film), MediaFeed::kMaxBeforeMedia + kPiece);
  EXPECT_EQ(feed_->state(), State::Refused);
  EXPECT_TRUE(told_->waitFor("INVALID_MEDIA"));
}

TEST_F(MediaFeedTest, RefusesWhenItsPlayerStops) {
  chain_.play(feed_);
  ASSERT_TRUE(waitForRoom());
  chain_.stop();
  while (feed_->state() != State::Refused) std::this_thread::yield();
  feed_->write(filmBytes());
  feed_->end();
}

TEST_F(MediaFeedTest, ForgetsWhatFollowsTheEnd) {
  chain_.play(feed_);
  ASSERT_TRUE(waitForRoom());
  feed_->finish();
  const std::vector<std::uint8_t> rest(MediaFeed::kMaxAfterMedia + 1);
  EXPECT_EQ(feed_->state(), State::HasRoom);
  feed_->refuse();
  EXPECT_EQ(feed_->state(), State::HasRoom) << "the media was whole";
  feed_->write(rest);
  EXPECT_EQ(feed_->state(), State::Refused);
}

}  // namespace
}  // namespace ms::frame
