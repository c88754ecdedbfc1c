// Takes the file out of a multipart/form-data body while the body comes in, piece by piece. The
// first part that is a file counts; fields before it and whatever follows are skipped.
//
//   preamble --B CRLF header CRLF header CRLF CRLF content CRLF--B ... CRLF--B-- epilogue
//
// Source: RFC 7578; RFC 2046, section 5.1.1. Sans-IO: holds at most one header block or the
// beginning of what may be a delimiter.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "server/base/bytes.h"

namespace ms::http {

class FormDataReader {
 public:
  static constexpr std::size_t kMaxPartHeader = 8192;
  static constexpr int kMaxParts = 100;

  enum class State {
    Reading,
    Complete,   // The last delimiter was there; more is skipped.
    Malformed,  // No form, or above a limit; more is skipped.
  };
  // Pieces of the file, in order; none is empty.
  using OnContent = std::function<void(Bytes)>;

  explicit FormDataReader(const std::string& boundary);

  State receive(Bytes bytes, const OnContent& on_content);
  State state() const { return state_; }
  // Whether there was a file in the form, so far.
  bool hasFile() const { return file_ != File::NotYet; }

 private:
  enum class Place { Content, AfterDelimiter, Header };
  enum class File { NotYet, Current, Passed };

  // Each takes what it can from the front of `pending_`; false: more is needed.
  bool takeContent(const OnContent& on_content);
  bool takeAfterDelimiter();
  bool takeHeader();
  void beginPart(std::string_view header);
  std::string_view rest() const { return std::string_view(pending_).substr(begin_); }

  const std::string delimiter_;  // CRLF included.
  // As if a line had ended before the first byte: the first delimiter may be without preamble.
  std::string pending_ = "\r\n";
  std::size_t begin_ = 0;  // Of what is not taken yet.
  State state_ = State::Reading;
  Place place_ = Place::Content;
  File file_ = File::NotYet;
  int parts_ = 0;
};

}  // namespace ms::http
