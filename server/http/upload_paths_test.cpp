#include "server/http/upload_paths.h"

#include <gtest/gtest.h>

namespace ms::http {
namespace {

struct Sink final : BodySink {
  State state() const override { return State::HasRoom; }
  void write(Bytes) override {}
  void end(BodyEnd) override {}
  void onRoom(std::function<void()>) override {}
};

struct Receiver final : UploadReceiver {
  std::shared_ptr<BodySink> onPost() override {
    ++posts;
    return std::make_shared<Sink>();
  }
  void onSessionEnded() override { ++ended_sessions; }
  int posts = 0;
  int ended_sessions = 0;
};

class UploadPathsTest : public testing::Test {
 protected:
  UploadPathsTest() { paths_.add("/a", receiver_); }

  auto post(const std::string& cookie = "", std::string_view target = "/a") {
    const std::string cookies = "HttpEPCookie=" + cookie;
    return paths_.begin({.method = "POST",
                         .target = target,
                         .content_type = "video/webm",
                         .cookies = cookie.empty() ? "" : cookies},
                        [this] { ++given_way_; });
  }
  std::string finishOne(UploadPaths::Cookie cookie) {
    const auto upload = post();
    paths_.end(*upload, cookie);
    return upload->cookie;
  }

  UploadPaths paths_;
  const std::shared_ptr<Receiver> receiver_ = std::make_shared<Receiver>();
  int given_way_ = 0;
};

TEST_F(UploadPathsTest, TakesAPostAndGivesItACookie) {
  const auto upload = post("", "/a?name=film");
  ASSERT_TRUE(upload);
  EXPECT_FALSE(upload->cookie.empty());
  EXPECT_EQ(receiver_->posts, 1);
}

TEST_F(UploadPathsTest, SaysWhatIsWrongWithARequest) {
  const auto refusal = [&](std::string_view method, std::string_view target,
                           std::string_view type) {
    return paths_
        .begin({.method = method, .target = target, .content_type = type, .cookies = ""}, [] {})
        .error();
  };
  EXPECT_EQ(refusal("POST", "/b", "video/webm"), Refusal::NoSuchPath);
  EXPECT_EQ(refusal("GET", "/b", ""), Refusal::NoSuchPath);
  EXPECT_EQ(refusal("GET", "/a", ""), Refusal::WrongMethod);
  EXPECT_EQ(refusal("OPTIONS", "/a", ""), Refusal::Options);
  EXPECT_EQ(refusal("POST", "/a", ""), Refusal::WrongType);
  EXPECT_EQ(refusal("POST", "/a", "multipart/form-data"), Refusal::WrongType);
  EXPECT_EQ(receiver_->posts, 0);
}

TEST_F(UploadPathsTest, LetsNobodyElseIntoASession) {
  const std::string cookie = finishOne(UploadPaths::Cookie::Given);
  EXPECT_EQ(post().error(), Refusal::WrongSession);
  EXPECT_EQ(post("guessed").error(), Refusal::WrongSession);
  EXPECT_EQ(post(cookie)->cookie, cookie);
}

TEST_F(UploadPathsTest, LetsNobodyElseInWhileTheFirstIsPosting) {
  const auto first = post();
  EXPECT_EQ(post().error(), Refusal::WrongSession);
}

TEST_F(UploadPathsTest, LetsAClientComeBackThatNeverGotItsCookie) {
  const std::string cookie = finishOne(UploadPaths::Cookie::NotGiven);
  EXPECT_EQ(post()->cookie, cookie);
}

TEST_F(UploadPathsTest, EndsTheConnectionThatItsClientHasGivenUp) {
  const std::string cookie = finishOne(UploadPaths::Cookie::Given);
  const auto lost = post(cookie);
  const auto again = post(cookie);
  ASSERT_TRUE(again);
  EXPECT_EQ(given_way_, 1);
  paths_.end(*lost, UploadPaths::Cookie::NotGiven);  // Late, and of no matter to the second.
  paths_.maybeEndSession("/a");
  EXPECT_EQ(receiver_->ended_sessions, 0);
}

TEST_F(UploadPathsTest, EndsASessionWhenNobodyPosts) {
  paths_.maybeEndSession("/a");
  EXPECT_EQ(receiver_->ended_sessions, 0) << "there was none";
  const auto upload = post();
  paths_.maybeEndSession("/a");
  EXPECT_EQ(receiver_->ended_sessions, 0);
  paths_.end(*upload, UploadPaths::Cookie::Given);
  paths_.maybeEndSession("/a");
  EXPECT_EQ(receiver_->ended_sessions, 1);
  EXPECT_NE(post()->cookie, upload->cookie);
}

TEST_F(UploadPathsTest, EndsConnectionsOfAPathThatIsRemoved) {
  const auto upload = post();
  paths_.remove("/a");
  EXPECT_EQ(given_way_, 1);
  EXPECT_EQ(post().error(), Refusal::NoSuchPath);
  paths_.end(*upload, UploadPaths::Cookie::NotGiven);
}

}  // namespace
}  // namespace ms::http
