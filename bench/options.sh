# Sourced: sets variables from options of their names. --help prints the script's first comment; what is unknown or has
# no value ends the script with 2.
#
#   repeats=60 build=$root/build/release
#   . "$root/bench/options.sh"
#   options repeats build -- "$@"        # --repeats 5 --build FOLDER
options() {
  local known=" " name script
  script=$(basename "$0")
  while [ "$1" != -- ]; do
    known+="$1 "
    shift
  done
  shift
  while [ $# -gt 0 ]; do
    case $1 in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
    name=${1#--}
    [[ $1 == --* && $known == *" $name "* ]] || { echo "$script: unknown option $1" >&2; exit 2; }
    [ $# -ge 2 ] || { echo "$script: $1 needs a value" >&2; exit 2; }
    printf -v "$name" %s "$2"
    shift 2
  done
}
