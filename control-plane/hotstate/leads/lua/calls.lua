-- Return all calls of the campaign that are not settled.  ARGV: now.
local views = {}
for _, id in ipairs(call('HKEYS', CALLS)) do views[#views + 1] = view_of(load_call(id)) end
return views
