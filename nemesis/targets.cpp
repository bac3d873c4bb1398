#include "nemesis/targets.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nemesis/schedule/words.hpp"

namespace riptide::nemesis {
namespace {

using Names = std::vector<std::string>;

Names running(const Scene& scene) {
  Names names;
  for (const NodeView& node : scene.nodes)
    if (node.running) names.push_back(node.name);
  return names;
}

Names all(const Scene& scene) {
  Names names;
  for (const NodeView& node : scene.nodes) names.push_back(node.name);
  return names;
}

/// In the order of the cluster, so that descriptions read alike.
void sort_as_in(const Scene& scene, Names& names) {
  const Names order = all(scene);
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return std::find(order.begin(), order.end(), a) < std::find(order.begin(), order.end(), b);
  });
}

Names some_of(Names candidates, std::size_t count, Random& random) {
  random.shuffle(candidates);
  if (candidates.size() > count) candidates.resize(count);
  return candidates;
}

void remove(Names& from, const std::string& name) { std::erase(from, name); }

/// Those of `among` that do not lead, or think that they do.
Names not_leading(const Scene& scene, const Names& among) {
  Names names;
  for (const NodeView& node : scene.nodes)
    if (node.role != "leader" && is_one_of(node.name, among)) names.push_back(node.name);
  return names;
}

/// Who may be picked, in random order; those that run first, the others only if nobody runs.
Names candidates_for(const Pick& pick, const Scene& scene, Names candidates, Random& random) {
  if (pick.role == Pick::Role::leader) {
    // Without candidates there is nobody: an empty list would mean everybody.
    const NodeView* leader = candidates.empty() ? nullptr : leader_among(scene.nodes, candidates);
    return leader ? Names{leader->name} : Names{};
  }
  if (pick.role == Pick::Role::follower) candidates = not_leading(scene, candidates);
  Names up;
  for (const std::string& name : running(scene))
    if (is_one_of(name, candidates)) up.push_back(name);
  return some_of(up.empty() ? candidates : up, scene.nodes.size(), random);
}

struct Part {
  std::string who;
  Pick::Role role;
  Names among;
};

/// Gives the parts from `at` on to distinct nodes, trying other nodes when that fails further on.
bool assign(const std::vector<Part>& parts, std::size_t at, const Scene& scene, Names& taken,
            Random& random, std::map<std::string, std::string>& cast) {
  if (at == parts.size()) return true;
  Names free = parts[at].among;
  for (const std::string& node : taken) std::erase(free, node);
  for (const std::string& node : candidates_for({parts[at].role, {}}, scene, free, random)) {
    taken.push_back(node);
    cast[parts[at].who] = node;
    if (assign(parts, at + 1, scene, taken, random, cast)) return true;
    taken.pop_back();
  }
  return false;
}

/// Fills the step's cast. The leader first, then followers, then anybody: otherwise "any" might
/// take the node that only "leader" can use.
Result<bool> fill_cast(const Step& step, const Scene& scene, Random& random, Chosen& chosen) {
  std::vector<Part> parts;
  for (const Pick::Role role : {Pick::Role::leader, Pick::Role::follower, Pick::Role::any})
    for (const auto& [who, pick] : step.cast) {
      if (pick.role != role) continue;
      auto among = pick.among.empty() ? Result<Names>(all(scene)) : nodes_named(pick.among, scene);
      if (!among) return among.error();
      parts.push_back({who, role, std::move(*among)});
    }
  Names taken;
  return assign(parts, 0, scene, taken, random, chosen.cast);
}

std::size_t minority_of(const Scene& scene) {
  return std::max<std::size_t>(1, (scene.nodes.size() - 1) / 2);
}

struct Group {
  Names names;
  std::string words;
};

/// The nodes that a shape of a kill or a pause means; nothing when nobody fits now.
std::optional<Group> target_group(const std::string& shape, const Scene& scene, Random& random) {
  Names candidates = running(scene);
  for (const std::string& node : scene.busy) remove(candidates, node);
  if (candidates.empty()) return std::nullopt;
  if (shape == "leader") {
    if (const NodeView* leader = leader_among(scene.nodes, candidates))
      return Group{{leader->name}, "leader"};
    if (!scene.without_leader) return std::nullopt;
    return Group{some_of(candidates, 1, random), "any, for no leader was known"};
  }
  if (shape == "follower") {
    const Names followers = not_leading(scene, candidates);
    if (followers.empty()) return std::nullopt;
    return Group{some_of(followers, 1, random), "follower"};
  }
  const std::size_t count = shape == "one"        ? 1
                            : shape == "minority" ? minority_of(scene)
                            : shape == "majority" ? scene.nodes.size() / 2 + 1
                                                  : scene.nodes.size();
  return Group{some_of(candidates, count, random), shape};
}

/// The part that a partition's shape cuts off from the rest.
std::optional<Group> cut_off_group(const std::string& shape, const Scene& scene, Random& random) {
  const Names everybody = all(scene);
  const std::size_t minority = minority_of(scene);
  if (shape == "one") return Group{some_of(everybody, 1, random), "one"};
  if (shape == "halves") return Group{some_of(everybody, everybody.size() / 2, random), "halves"};
  if (shape == "majority-minority")
    return Group{some_of(everybody, minority, random), "majority and minority"};
  const NodeView* leader = leader_among(scene.nodes, {});
  if (!leader && !scene.without_leader) return std::nullopt;
  const std::string first = leader ? leader->name : some_of(everybody, 1, random).front();
  const std::size_t size = shape == "leader-alone"      ? 1
                           : shape == "leader-minority" ? minority
                                                        : everybody.size() / 2 + 1;
  Names others = everybody;
  remove(others, first);
  Names group = some_of(others, size - 1, random);
  group.push_back(first);
  std::string words = shape == "leader-alone"      ? "leader alone"
                      : shape == "leader-minority" ? "leader with a minority"
                                                   : "leader with the majority";
  if (!leader) words += ", any in its place, for no leader was known";
  return Group{std::move(group), std::move(words)};
}

void describe_partition(Chosen& chosen, const std::string& words) {
  const auto largest =
      std::max_element(chosen.parts.begin(), chosen.parts.end(),
                       [](const Names& a, const Names& b) { return a.size() <= b.size(); });
  Names parts;
  for (auto part = chosen.parts.begin(); part != chosen.parts.end(); ++part) {
    parts.push_back(join(*part, " "));
    if (part != largest) chosen.targets.insert(chosen.targets.end(), part->begin(), part->end());
  }
  chosen.description = "cut " + join(parts, " | ");
  if (!words.empty()) chosen.description += " (" + words + ")";
}

Result<bool> choose_partition(const Step& step, const Scene& scene, Random& random,
                              Chosen& chosen) {
  std::string words;
  if (step.shape.empty()) {
    Scene with_cast = scene;
    with_cast.cast = chosen.cast;
    std::set<std::string> seen;
    for (const Names& part : step.parts) {
      auto named = nodes_named(part, with_cast);
      if (!named) return named.error();
      for (const std::string& node : *named)
        if (!seen.insert(node).second)
          return fail("step " + std::to_string(step.id) + " puts " + node + " into two parts")
              .fix("Choose the cast so that each node is in one part.");
      sort_as_in(scene, *named);
      chosen.parts.push_back(std::move(*named));
    }
  } else {
    if (scene.nodes.size() < 2)
      return fail("a single node has no link to cut").fix("Use more nodes.");
    auto group = cut_off_group(step.shape, scene, random);
    if (!group) return false;
    Names rest = all(scene);
    for (const std::string& node : group->names) remove(rest, node);
    sort_as_in(scene, group->names);
    chosen.parts = {std::move(group->names), std::move(rest)};
    std::erase_if(chosen.parts, [](const Names& part) { return part.empty(); });
    words = std::move(group->words);
  }
  describe_partition(chosen, words);
  return true;
}

Result<bool> choose_nodes(const Step& step, const Scene& scene, Random& random, Chosen& chosen) {
  std::string words;
  if (step.targets.size() == 1 && is_one_of(step.targets.front(), target_shapes())) {
    auto group = target_group(step.targets.front(), scene, random);
    // With nobody left to hit there is nothing to wait for: the caller reports it.
    if (!group && !running(scene).empty()) return false;
    if (group) {
      chosen.targets = std::move(group->names);
      words = std::move(group->words);
    }
  } else {
    Scene with_cast = scene;
    with_cast.cast = chosen.cast;
    auto named = nodes_named(step.targets, with_cast);
    if (!named) return named.error();
    for (const std::string& node : *named)
      if (scene.busy.contains(node)) return false;
    chosen.targets = std::move(*named);
    const NodeView* leader = leader_among(scene.nodes, {});
    if (chosen.targets.size() == 1 && leader && leader->name == chosen.targets.front())
      words = "leader";
  }
  sort_as_in(scene, chosen.targets);
  chosen.description = step.fault == "kill" ? "killed " : "paused ";
  chosen.description += chosen.targets.empty() ? "nobody" : join(chosen.targets, ", ");
  if (!words.empty()) chosen.description += " (" + words + ")";
  return true;
}

}  // namespace

const NodeView* leader_among(const std::vector<NodeView>& nodes, const Names& among) {
  const NodeView* leader = nullptr;
  for (const NodeView& node : nodes) {
    if (!node.running || node.role != "leader") continue;
    if (!among.empty() && !is_one_of(node.name, among)) continue;
    if (!leader || node.term > leader->term) leader = &node;
  }
  return leader;
}

Result<Names> nodes_named(const Names& names, const Scene& scene) {
  Names nodes;
  for (const std::string& name : names) {
    const auto cast = scene.cast.find(name);
    const std::string& node = cast == scene.cast.end() ? name : cast->second;
    if (!is_one_of(node, all(scene)))
      return fail("\"" + name + "\" is neither a node nor a name of the cast so far")
          .fix("Use the names of nodes (" + join(all(scene), ", ") +
               ") or names that an earlier step gave.");
    if (!is_one_of(node, nodes)) nodes.push_back(node);
  }
  return nodes;
}

std::set<Link> links_between(const std::vector<Names>& parts) {
  std::set<Link> links;
  for (const Names& one : parts)
    for (const Names& other : parts) {
      if (&one == &other) continue;
      for (const std::string& from : one)
        for (const std::string& to : other) links.insert({from, to});
    }
  return links;
}

Result<std::optional<Chosen>> choose(const Step& step, const Scene& scene, Random& random) {
  Chosen chosen;
  chosen.cast = scene.cast;
  auto complete = fill_cast(step, scene, random, chosen);
  if (!complete) return complete.error();
  if (!*complete) return std::optional<Chosen>();
  auto found = step.fault == "partition" ? choose_partition(step, scene, random, chosen)
                                         : choose_nodes(step, scene, random, chosen);
  if (!found) return found.error();
  if (!*found) return std::optional<Chosen>();
  return std::optional(std::move(chosen));
}

}  // namespace riptide::nemesis
