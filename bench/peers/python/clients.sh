# Sourced by bench/sse.sh and bench/calibration.sh: runs one load of a Python client, as lean as its options
# let it be (no screen, no telemetry, tokens as the server counts them), and prints what it cost as a line of JSON.
#
#   find_clients                      fills python[NAME] and found[NAME]: a version, or "skipped REASON"
#   make_prompts FOLDER COUNT         prompts for each of them; prompt N begins with "id:pN"
#   run_client NAME URL REQUESTS CONCURRENCY TOKENS FOLDER     closed loop; FOLDER also gets what the client wrote
#
# Needs: root, client_core.
peers=$root/bench/peers/python
declare -A python found
clients="aiperf guidellm vllm"

find_clients() {
  local name path rest
  while read -r name path rest; do
    python[$name]=$path found[$name]=$rest
    [ "$path" != skipped ] || found[$name]="skipped: $rest"
  done < <("$peers/install.sh" $clients)
  for name in $clients; do echo "$name ${found[$name]}" >&2; done
}
has_client() { [ "${python[$1]}" != skipped ]; }

make_prompts() {
  python3 - "$1" "$2" <<'PY'
import json, sys
folder, count = sys.argv[1], int(sys.argv[2])
texts = [f"id:p{i} how long does this take?" for i in range(count)]
open(f"{folder}/prompts.txt", "w").write("".join(text + "\n" for text in texts))
open(f"{folder}/aiperf.jsonl", "w").write("".join(json.dumps({"text": text}) + "\n" for text in texts))
open(f"{folder}/guidellm.jsonl", "w").write("".join(json.dumps({"prompt": text}) + "\n" for text in texts))
open(f"{folder}/lynxbench.jsonl", "w").write(
    "".join(json.dumps({"messages": [{"role": "user", "content": text}]}) + "\n" for text in texts))
PY
  python3 "$peers/word_tokenizer.py" "$1/tokenizer"
  prompts=$1
}

run_client() {
  local name=$1 url=$2 requests=$3 concurrency=$4 tokens=$5 out=$6
  rm -rf "$out"
  mkdir -p "$out"
  case $name in
    vllm)
      taskset -c "$client_core" "${python[vllm]}" "$peers/vllm_client.py" "$url" "$prompts/prompts.txt" "$requests" "$concurrency" \
        "$tokens" "$out/records.jsonl" 2>"$out/log"
      ;;
    aiperf)
      taskset -c "$client_core" python3 "$root/bench/cost_of.py" --log "$out/log" "${python[aiperf]%python}aiperf" profile \
        --model stub --url "$url" --endpoint-type chat --streaming --concurrency "$concurrency" --request-count "$requests" \
        --tokenizer "$prompts/tokenizer" --use-server-token-count --input-file "$prompts/aiperf.jsonl" \
        --custom-dataset-type single_turn --extra-inputs "max_completion_tokens:$tokens" --ui none --no-gpu-telemetry \
        --no-server-metrics --artifact-dir "$out/artifacts"
      ;;
    guidellm)
      # One worker, as it has one core: ten, its default, start for longer and answer no faster.
      GUIDELLM__MAX_WORKER_PROCESSES=1 taskset -c "$client_core" python3 "$root/bench/cost_of.py" --log "$out/log" \
        "${python[guidellm]%python}guidellm" run \
        --backend "kind=openai_http,target=$url,model=stub,request_format=/v1/chat/completions,validate_backend=false" \
        --profile "kind=concurrent,streams=$concurrency" --constraint "kind=max_requests,count=$requests" \
        --data "kind=json_file,path=$prompts/guidellm.jsonl" --tokenizer "kind=huggingface_auto,model=$prompts/tokenizer" \
        --output "kind=json,path=$out/benchmarks.json" --disable-console
      ;;
  esac
}
