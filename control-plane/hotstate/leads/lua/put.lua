-- Enter leads that are not here.  ARGV: now, most, and for each lead its id, attempts, due, packed document.
-- What is here stays as it is; of a lead that was dialled since it was read from the store nothing is taken.
-- Returns how many are here now, and the ids that did not fit or are not to be called.
local most, refused = tonumber(ARGV[2]), {}
local size = call('HLEN', LEADS)
trim_made()
for n = 3, #ARGV, 4 do
  local lead, attempts, due, packed = ARGV[n], tonumber(ARGV[n + 1]), ARGV[n + 2], ARGV[n + 3]
  local made = tonumber(call('HGET', MADE, lead) or '0')
  if call('HEXISTS', LEADS, lead) == 0 and made <= attempts then
    if size >= most or is_forbidden((token_and_priority(packed))) then
      refused[#refused + 1] = lead
    else
      size = size + 1
      enter(lead, packed, tonumber(due))
    end
  end
end
return { size, refused }
