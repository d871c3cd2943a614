#!/bin/sh
# Verifies this bundle with sha256sum and openssl alone. Run it in the folder into which the bundle was unpacked:
#     sh verify.sh
# It names everything that was changed, and ends with 0 only when nothing was.
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 2
wrong=0
bad() {
    wrong=$((wrong + 1))
    echo "WRONG  $1"
}
digest_of() { sha256sum <"$1" | cut -c1-64; }

# 1. Every file is the one that was exported, none is missing, and none was added.
while read -r digest path; do
    [ -f "$path" ] && [ "$(digest_of "$path")" = "$digest" ] || bad "$path is not as SHA256SUMS says"
done <SHA256SUMS
find . -type f | sed 's|^\./||' >.found.$$
while read -r path; do
    case $path in
    SHA256SUMS | .found.*) ;;
    *) grep -q -e "^[0-9a-f]*  $path\$" SHA256SUMS || bad "$path is not in SHA256SUMS" ;;
    esac
done <.found.$$
rm -f .found.$$
echo "files: $(wc -l <SHA256SUMS) compared with SHA256SUMS"

# 2. Every event is in a block, byte for byte.
cat chain/*.leaves >.leaves.$$
while IFS= read -r event; do
    leaf=$(printf '%s' "$event" | sha256sum | cut -c1-64)
    seq=$(printf '%s' "$event" | sed -n 's/^.*,"seq":\([0-9]*\),"subject":.*$/\1/p')
    grep -q -F -x -e "$leaf $seq" .leaves.$$ || bad "events.jsonl: event $seq is not the one that was sealed"
done <events.jsonl
rm -f .leaves.$$
echo "events: $(wc -l <events.jsonl) looked up in their blocks"

# 3. Every block holds its events and holds on to the block before; the last one is named by a checkpoint.
for leaves in chain/*.leaves; do
    grep -q -x "root $(digest_of "$leaves")" "${leaves%.leaves}.header" || bad "$leaves does not fit its header"
done
before=
hash=
for header in chain/*.header; do
    number=$(sed -n 's/^block //p' "$header")
    if [ -n "$before" ]; then
        if [ "$number" -eq $((before + 1)) ]; then
            grep -q -x "previous $hash" "$header" || bad "$header does not hold on to block $before"
        else
            grep -q -x -e "block $before $hash" checkpoints/*.txt || bad "block $before is named by no checkpoint"
        fi
    fi
    before=$number
    hash=$(digest_of "$header")
done
grep -q -x -e "block $before $hash" checkpoints/*.txt || bad "block $before is named by no checkpoint"
echo "chain: $(ls chain/*.header | wc -l) blocks, up to block $before"

# 4. Every file that an event speaks of is the one that it speaks of.
while read -r digest seq path; do
    [ "$(digest_of "$path")" = "$digest" ] || bad "$path is not the file that event $seq speaks of"
    grep -F -e "\"seq\":$seq,\"subject\":" events.jsonl | grep -q -F -e "\"$digest\"" || bad "event $seq does not speak of $path"
done <sealed.txt
echo "sealed: $(wc -l <sealed.txt) links from events to files"

if [ -f purged.txt ]; then
    while read -r digest seq purge; do
        grep -F -e "\"seq\":$seq,\"subject\":" events.jsonl | grep -q -F -e "\"$digest\"" || bad "event $seq does not speak of $digest"
        grep -F -e "\"seq\":$purge,\"subject\":" events.jsonl | grep -F -e "\"$digest\"" | grep -q -e ',"type":"purged"}$' ||
            bad "event $purge does not say that $digest was purged"
    done <purged.txt
    echo "purged: $(wc -l <purged.txt) links to files that were deleted after their time; events.jsonl says when and by whom"
fi

# 5. Who signed what. Only the certificate named here counts; whether it was trusted then is said by configuration/.
while read -r signed signature certificate; do
    if openssl cms -verify -binary -inform DER -in "$signature" -content "$signed" -certfile "$certificate" \
        -nointern -noverify -out /dev/null 2>/dev/null; then
        echo "signature: $signed was signed by the key of $(openssl x509 -in "$certificate" -noout -subject)"
    else
        bad "$signed: the signature $signature is not one of $certificate"
    fi
done <signatures.txt

# 6. When the chain was so: the time stamps. authority.pem is the certificate of the authority that was agreed.
for checkpoint in checkpoints/*.txt; do
    token=${checkpoint%.txt}.tsr
    if [ ! -f "$token" ]; then
        echo "time: $checkpoint bears no time stamp; compare it with one that you were given earlier"
    elif openssl ts -verify -data "$checkpoint" -in "$token" -CAfile checkpoints/authority.pem >/dev/null 2>&1; then
        echo "time: $checkpoint $(openssl ts -reply -in "$token" -text 2>/dev/null | grep '^Time stamp')"
    else
        bad "$token is no time stamp of checkpoints/authority.pem for $checkpoint"
    fi
done

if [ "$wrong" -gt 0 ]; then
    echo "This bundle is NOT as it was exported. Ask whoever exported it for another one."
    exit 1
fi
echo "Everything fits."
