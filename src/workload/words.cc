#include "workload/words.h"

#include <array>

namespace lynxbench::workload {
namespace {

// Common English words. Each is one token after a blank in the vocabularies cl100k, o200k, Llama 2,
// Llama 3 and Mistral. The order is part of every digest: never change it.
constexpr std::array<std::string_view, 800> kWords{{
    "able", "about", "across", "add", "after", "again", "against", "age", "ago", "agree", "air",
    "all", "allow", "almost", "along", "already", "also", "always", "among", "an", "and",
    "another", "answer", "any", "anything", "appear", "apple", "area", "arm", "around", "art",
    "as", "ask", "at", "away", "baby", "back", "bad", "bag", "ball", "bank", "base", "be", "bear",
    "because", "become", "bed", "before", "begin", "behind", "believe", "bell", "below",
    "beneath", "beside", "best", "between", "beyond", "big", "bird", "black", "blue", "board",
    "boat", "body", "book", "both", "box", "boy", "branch", "brave", "bread", "break", "bridge",
    "bright", "bring", "broad", "brother", "brown", "build", "burn", "bus", "business", "but",
    "buy", "by", "call", "calm", "camp", "can", "car", "card", "carry", "case", "cat", "catch",
    "cause", "center", "certain", "chain", "chair", "chance", "change", "check", "child",
    "choose", "church", "circle", "city", "class", "clean", "clear", "close", "cloud", "club",
    "coal", "coast", "coat", "coffee", "cold", "color", "come", "common", "company", "consider",
    "continue", "cook", "corn", "corner", "cost", "could", "count", "country", "couple", "course",
    "court", "cover", "cow", "create", "crowd", "cry", "cup", "cut", "dance", "dark", "day",
    "decide", "deep", "despite", "develop", "die", "different", "dig", "do", "doctor", "dog",
    "door", "double", "down", "draw", "dream", "dress", "drink", "drive", "drop", "dry", "during",
    "dust", "each", "ear", "early", "earth", "east", "easy", "eat", "edge", "egg", "eight",
    "either", "end", "engine", "enough", "enter", "even", "evening", "event", "ever", "every",
    "except", "expect", "explain", "eye", "face", "fact", "fair", "fall", "family", "far", "farm",
    "fast", "father", "feel", "few", "field", "fight", "figure", "fill", "film", "final",
    "finger", "fire", "first", "fish", "five", "fix", "flat", "floor", "flower", "fly", "follow",
    "food", "foot", "for", "force", "forest", "form", "free", "fresh", "friend", "from", "fruit",
    "full", "future", "game", "garden", "gas", "general", "get", "girl", "give", "glass", "go",
    "goal", "gold", "good", "government", "grass", "great", "green", "ground", "group", "grow",
    "guide", "hair", "half", "hall", "hand", "hang", "happen", "hard", "hat", "have", "he",
    "head", "health", "hear", "heart", "heat", "heavy", "help", "her", "here", "high", "hill",
    "him", "his", "history", "hit", "hold", "hole", "home", "hope", "horse", "hospital", "hot",
    "hotel", "hour", "house", "how", "however", "human", "hundred", "ice", "idea", "if", "image",
    "important", "in", "include", "indeed", "information", "inside", "instead", "into", "iron",
    "island", "issue", "it", "its", "job", "join", "jump", "just", "keep", "key", "kind", "king",
    "kitchen", "know", "lady", "lake", "land", "language", "large", "late", "later", "laugh",
    "law", "lead", "leaf", "learn", "least", "leave", "leg", "less", "let", "letter", "level",
    "life", "lift", "light", "like", "line", "lip", "list", "listen", "little", "live", "local",
    "lock", "long", "look", "lose", "lot", "loud", "love", "low", "machine", "mail", "main",
    "major", "make", "many", "map", "mark", "market", "matter", "maybe", "me", "mean", "meat",
    "meet", "member", "metal", "middle", "might", "milk", "million", "mind", "mine", "minute",
    "mirror", "model", "moment", "money", "month", "moon", "more", "morning", "most", "mother",
    "mountain", "mouse", "mouth", "move", "movie", "much", "music", "my", "name", "narrow",
    "national", "near", "neck", "need", "neither", "never", "new", "news", "next", "night",
    "nine", "no", "noise", "none", "north", "nose", "not", "note", "nothing", "now", "number",
    "object", "ocean", "of", "off", "offer", "office", "often", "oil", "old", "on", "one", "only",
    "onto", "open", "or", "orange", "order", "other", "others", "our", "out", "outside", "over",
    "own", "pack", "page", "paint", "pair", "paper", "parent", "park", "part", "party", "pass",
    "past", "path", "pay", "peace", "pen", "people", "perhaps", "person", "personal", "phone",
    "pick", "picture", "piece", "pipe", "place", "plain", "plan", "plane", "plant", "plate",
    "play", "player", "pocket", "poem", "point", "police", "policy", "pool", "poor", "post",
    "power", "president", "price", "prison", "problem", "process", "produce", "product",
    "program", "promise", "property", "proud", "provide", "public", "pull", "pure", "push", "put",
    "question", "quick", "quiet", "quite", "race", "radio", "rain", "raise", "range", "rare",
    "rate", "rather", "raw", "reach", "read", "ready", "real", "really", "reason", "receive",
    "recent", "record", "red", "remain", "remember", "reply", "report", "require", "research",
    "rest", "result", "return", "rice", "rich", "ride", "right", "ring", "river", "road", "rock",
    "roof", "room", "root", "rough", "round", "row", "rule", "run", "safe", "same", "sand",
    "save", "say", "scale", "scene", "school", "science", "sea", "season", "seat", "second",
    "secret", "section", "see", "seed", "seem", "sell", "send", "sense", "series", "serve",
    "service", "set", "seven", "several", "shape", "share", "sharp", "she", "sheet", "ship",
    "shoot", "shop", "shore", "short", "shoulder", "show", "shut", "sick", "side", "sight",
    "sign", "silver", "simple", "since", "sing", "single", "sister", "sit", "size", "skin", "sky",
    "sleep", "slow", "small", "smile", "smooth", "snow", "so", "social", "soft", "soil",
    "soldier", "solution", "some", "son", "song", "soon", "sound", "soup", "south", "space",
    "speak", "special", "speech", "spell", "spend", "sport", "spring", "square", "staff", "stage",
    "stand", "star", "start", "state", "station", "stay", "step", "stick", "still", "stone",
    "stop", "store", "storm", "story", "straight", "stream", "street", "string", "strong",
    "structure", "student", "study", "style", "subject", "such", "sugar", "suggest", "summer",
    "sun", "support", "sure", "surface", "sweet", "symbol", "system", "table", "tail", "take",
    "talk", "tall", "task", "tax", "tea", "teach", "teacher", "team", "ten", "term", "test",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "thick", "thin",
    "thing", "think", "third", "this", "though", "thought", "thousand", "through", "throw",
    "thus", "time", "to", "today", "together", "too", "tool", "top", "total", "touch", "toward",
    "town", "track", "trade", "train", "travel", "tree", "trip", "true", "truth", "turn", "two",
    "type", "uncle", "under", "understand", "union", "unit", "until", "up", "upon", "us", "use",
    "valley", "value", "very", "video", "view", "village", "visit", "voice", "wait", "walk",
    "wall", "want", "war", "warm", "watch", "water", "wave", "way", "we", "wealth", "weather",
    "week", "weight", "well", "west", "wet", "what", "wheel", "when", "whether", "which", "while",
    "white", "who", "whole", "wide", "wife", "will", "win", "wind", "window", "wine", "wing",
    "winter", "wire", "with", "within", "without", "woman", "wood", "word", "work", "world",
    "would", "write", "yard", "year", "yesterday", "yet", "you", "young", "your",
}};

}  // namespace

void append_words(std::string& text, Random& random, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (!text.empty()) text += ' ';
    text += kWords[random.below(kWords.size())];
  }
}

}  // namespace lynxbench::workload
