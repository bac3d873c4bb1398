#include "nemesis/process/process_group.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <functional>

#include "base/file.hpp"

namespace riptide::nemesis {
namespace {

/// Calls `found` for every entry of a directory that is a number.
void each_number_in(const char* directory, const std::function<void(pid_t)>& found) {
  DIR* dir = ::opendir(directory);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir)) {
    pid_t number = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto [at, error] = std::from_chars(entry->d_name, end, number);
    if (error == std::errc() && at == end) found(number);
  }
  ::closedir(dir);
}

/// The state letter of a task, or 0 when it is gone. In the file it follows the name, which is in
/// parentheses and may contain any character, parentheses too.
char state_of(const std::string& stat_file) {
  const Fd file(::open(stat_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return 0;
  char text[512];
  const ssize_t size = ::read(file.get(), text, sizeof text);
  if (size <= 0) return 0;
  const std::string_view stat(text, static_cast<std::size_t>(size));
  const std::size_t name_end = stat.rfind(')');
  return name_end == std::string_view::npos || name_end + 2 >= stat.size() ? 0 : stat[name_end + 2];
}

}  // namespace

std::vector<pid_t> group_members(pid_t group) {
  std::vector<pid_t> members;
  each_number_in("/proc", [&](pid_t pid) {
    if (::getpgid(pid) == group) members.push_back(pid);
  });
  return members;
}

GroupTasks tasks_of(const std::vector<pid_t>& processes) {
  GroupTasks result;
  for (const pid_t process : processes) {
    const std::string directory = "/proc/" + std::to_string(process) + "/task";
    each_number_in(directory.c_str(), [&](pid_t task) {
      const char state = state_of(directory + "/" + std::to_string(task) + "/stat");
      if (state == 0 || state == 'Z' || state == 'X') return;
      ++result.tasks;
      if (state == 'T') {
        ++result.stopped;
      } else {
        result.not_stopped = std::to_string(task) + " (state " + state + ")";
      }
    });
  }
  return result;
}

}  // namespace riptide::nemesis
