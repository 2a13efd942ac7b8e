#include "runtime/sys/log_sink.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"
#include "runtime/sys/socket.h"
#include "runtime/sys/unique_fd.h"

namespace oci::sys {
namespace {

// syslog(3): LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG.
int priority(LogLevel level) {
  constexpr int kPriorities[] = {3, 4, 6, 7};
  return kPriorities[static_cast<size_t>(level)];
}

class FileSink : public LogSink {
 public:
  explicit FileSink(UniqueFd file) : file_(std::move(file)) {}
  void write(LogLevel, std::string_view, std::string_view record) override {
    static_cast<void>(write_all(file_.get(), record, "log"));
  }

 private:
  UniqueFd file_;
};

class JournalSink : public LogSink {
 public:
  JournalSink(UniqueFd socket, std::string id) : socket_(std::move(socket)), id_(std::move(id)) {}
  void write(LogLevel level, std::string_view message, std::string_view record) override;

 private:
  UniqueFd socket_;
  std::string id_;
};

// An entry too large for a datagram is sent as the descriptor of a sealed file.
void JournalSink::write(LogLevel level, std::string_view message, std::string_view) {
  const std::string entry = journal_entry(level, message, id_);
  if (::send(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL) >= 0) return;
  if (errno != EMSGSIZE && errno != ENOBUFS) return;
  const Result<UniqueFd> file = seal("oci-rt-log", entry, Executable::kNo);
  if (file) static_cast<void>(send_fd(socket_.get(), file.value().get(), ""));
}

class SyslogSink : public LogSink {
 public:
  SyslogSink(UniqueFd socket, std::string id) : socket_(std::move(socket)), id_(std::move(id)) {}
  void write(LogLevel level, std::string_view message, std::string_view) override {
    const std::string packet = syslog_packet(level, message, id_, ::time(nullptr));
    static_cast<void>(::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL));
  }

 private:
  UniqueFd socket_;
  std::string id_;
};

Result<std::unique_ptr<LogSink>> open_file(const std::string& name) {
  const int fd = ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0) return cannot_open_for_appending(errno, "--log", name);
  return std::unique_ptr<LogSink>(new FileSink(UniqueFd(fd)));
}

}  // namespace

// Own texts: the file has nothing to do with the container's program.
Error cannot_open_for_appending(int err, std::string_view said_by, const std::string& name) {
  const std::string directory = name.substr(0, name.rfind('/') + 1);
  std::string why = reason_of(err);
  if (err == ENOENT && !directory.empty()) why = cat("there is no directory '", directory, "'");
  if (err == EISDIR) why = "it is a directory";
  return Error(ErrorKind::kUsage,
               cat(said_by, ": '", name, "' cannot be opened for appending: ", why));
}

Result<std::unique_ptr<LogSink>> open_journal(std::string_view id, const std::string& socket) {
  UniqueFd opened = OCI_TRY(connect_datagram(socket, cat("--log journald:", id)));
  return std::unique_ptr<LogSink>(new JournalSink(std::move(opened), std::string(id)));
}

Result<std::unique_ptr<LogSink>> open_syslog(std::string_view id, const std::string& socket) {
  UniqueFd opened = OCI_TRY(connect_datagram(socket, cat("--log syslog:", id)));
  return std::unique_ptr<LogSink>(new SyslogSink(std::move(opened), std::string(id)));
}

Result<std::unique_ptr<LogSink>> open_sink(std::string_view destination) {
  const size_t colon = destination.find(':');
  const std::string_view scheme = destination.substr(0, colon);
  const std::string_view rest = colon == destination.npos ? "" : destination.substr(colon + 1);
  if (scheme == "journald" && colon != destination.npos) {
    return open_journal(rest, kJournalSocket);
  }
  if (scheme == "syslog" && colon != destination.npos) return open_syslog(rest, kSyslogSocket);
  if (scheme == "file" && colon != destination.npos) return open_file(std::string(rest));
  return open_file(std::string(destination));
}

std::string journal_entry(LogLevel level, std::string_view message, std::string_view id) {
  std::string entry = cat("PRIORITY=", priority(level), "\nSYSLOG_IDENTIFIER=oci-rt\n");
  const auto add = [&](std::string_view field, std::string_view value) {
    if (value.find('\n') == value.npos) {
      entry += cat(field, "=", value, "\n");
      return;
    }
    entry += cat(field, "\n");
    for (uint64_t size = value.size(), i = 0; i < sizeof size; ++i, size >>= 8)
      entry += static_cast<char>(size & 0xff);  // little-endian on any machine
    entry += cat(value, "\n");
  };
  add("ID", id);
  add("MESSAGE", printable(message));
  return entry;
}

// The time is UTC. Local syslog daemons use their own time, and local time would need the time zone
// database.
std::string syslog_packet(LogLevel level, std::string_view message, std::string_view id,
                          int64_t seconds) {
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr int kUser = 1 << 3;               // the facility
  const std::string utc = utc_time(seconds);  // 2026-01-02T15:04:05Z
  const size_t month = static_cast<size_t>((utc[5] - '0') * 10 + (utc[6] - '0') - 1);
  const char tens = utc[8] == '0' ? ' ' : utc[8];
  std::string text = printable(message);
  for (char& c : text)
    if (c == '\n') c = ' ';
  return cat("<", kUser | priority(level), ">", kMonths[month], " ", tens, utc[9], " ",
             utc.substr(11, 8), " ", id.empty() ? "oci-rt" : id, "[", ::getpid(), "]: ", text);
}

}  // namespace oci::sys
