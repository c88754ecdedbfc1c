#include "server/http/form_data.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ms::http {
namespace {

using State = FormDataReader::State;

struct Read {
  State state;
  bool has_file;
  std::string content;
};

// In pieces of so many bytes.
Read read(const std::string& body, std::size_t piece = 1000) {
  FormDataReader reader("B");
  Read result{};
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string part = body.substr(at, piece);
    reader.receive({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()},
                   [&](Bytes content) { result.content.append(content.begin(), content.end()); });
  }
  result.state = reader.state();
  result.has_file = reader.hasFile();
  return result;
}

const std::string kFile =
    "Content-Disposition: form-data; name=\"f\"; filename=\"f.webm\"\r\n"
    "Content-Type: video/webm\r\n\r\n";
const std::string kForm =
    "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nno film\r\n"
    "--B \t\r\n" +
    kFile + "the\r\n--film\r\n--\r\n--B\r\n" + kFile + "another\r\n--B--\r\nepilogue";

TEST(FormDataReader, GivesTheFirstFile) {
  const Read form = read(kForm);
  EXPECT_EQ(form.content, "the\r\n--film\r\n--");
  EXPECT_TRUE(form.has_file);
  EXPECT_EQ(form.state, State::Complete);
}

TEST(FormDataReader, DoesNotCareHowTheBodyIsCut) {
  for (std::size_t piece = 1; piece < kForm.size(); ++piece) {
    const Read form = read(kForm, piece);
    ASSERT_EQ(form.content, "the\r\n--film\r\n--") << piece;
    ASSERT_EQ(form.state, State::Complete) << piece;
  }
}

TEST(FormDataReader, JudgesADelimiterAlikeHoweverItIsCut) {
  std::string full;
  for (int i = 0; i < FormDataReader::kMaxParts; ++i) full += "--B\r\n\r\n\r\n";
  for (const std::string& body :
       {full + "--B--", full + "--B\r\n", std::string("--B \r\r\n\r\n"), std::string("--B-\r\n")})
    EXPECT_EQ(read(body, 1).state, read(body, body.size()).state) << body;
  EXPECT_EQ(read(full + "--B--", 1).state, State::Complete);
  EXPECT_EQ(read("--B \r\r\n\r\n").state, State::Malformed);
}

TEST(FormDataReader, NeedsNoPreamble) {
  EXPECT_EQ(read("--B\r\n" + kFile + "film\r\n--B--").content, "film");
}

TEST(FormDataReader, TakesAPartByItsTypeWhereItHasNoFileName) {
  EXPECT_EQ(read("--B\r\nContent-Type: audio/ogg\r\n\r\nsound\r\n--B--").content, "sound");
  EXPECT_FALSE(read("--B\r\nContent-Type: text/plain\r\n\r\nsound\r\n--B--").has_file);
  EXPECT_FALSE(read("--B\r\n\r\nsound\r\n--B--").has_file);
}

TEST(FormDataReader, GivesAnEmptyFile) {
  const Read form = read("--B\r\n" + kFile + "\r\n--B--");
  EXPECT_TRUE(form.has_file);
  EXPECT_EQ(form.content, "");
  EXPECT_EQ(form.state, State::Complete);
}

TEST(FormDataReader, IsNotCompleteWithoutItsLastDelimiter) {
  EXPECT_EQ(read("--B\r\n" + kFile + "film\r\n--B").state, State::Reading);
  EXPECT_EQ(read("no form").state, State::Reading);
}

TEST(FormDataReader, RefusesWhatFollowsADelimiterAndIsNoLineEnd) {
  EXPECT_EQ(read("--Bx\r\n").state, State::Malformed);
  EXPECT_EQ(read("--Bx", 1).state, State::Malformed);
  EXPECT_EQ(read("--B-x", 1).state, State::Malformed);
}

TEST(FormDataReader, LimitsHeadersAndParts) {
  const std::string longest(FormDataReader::kMaxPartHeader, 'x');
  EXPECT_EQ(read("--B\r\nx" + longest).state, State::Reading);  // Its end may just be missing.
  EXPECT_EQ(read("--B\r\n" + longest + longest).state, State::Malformed);
  EXPECT_EQ(read("--B\r\n" + longest + longest, 1).state, State::Malformed);
  EXPECT_EQ(read("--B" + std::string(longest.size() + 1, ' ')).state, State::Malformed);
  std::string parts;
  for (int i = 0; i <= FormDataReader::kMaxParts; ++i) parts += "--B\r\n\r\nx\r\n";
  EXPECT_EQ(read(parts).state, State::Malformed);
}

TEST(FormDataReader, HoldsBackNoMoreThanMayBeADelimiter) {
  FormDataReader reader("B");
  std::size_t given = 0;
  const std::string head = "--B\r\n" + kFile, film(100'000, '-');
  for (const std::string& text : {head, film})
    reader.receive({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                   [&](Bytes content) { given += content.size(); });
  EXPECT_EQ(given, film.size());
}

}  // namespace
}  // namespace ms::http
