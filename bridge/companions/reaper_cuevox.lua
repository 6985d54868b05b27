-- Cuevox companion for REAPER: puts clips into the open project as Cuevox asks for them.
--
-- Actions > Show action list > New action > Load ReaScript..., choose this file, run it. It stays at work in the
-- background; run it again and choose "Terminate instances" to end it. At the first run it asks for the spool folder
-- (FOLDER/spool/reaper of Cuevox's data folder) and remembers it.
--
-- A request is a file NAME.job of lines key=value, written whole by Cuevox. The answer is NAME.result beside it.
-- REAPER's own functions only; no extension is needed.

local SECTION = "cuevox"
local ALIVE_EVERY_S = 2    -- Cuevox takes the companion for gone after some of these
local POLL_EVERY_S = 0.05
local TAG = "P_EXT:cuevox_id"

local function read_pairs(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local pairs_read = {}
  for line in file:lines() do
    local key, value = line:gsub("\r$", ""):match("^([%w_]+)=(.*)$")
    if key then pairs_read[key] = value end
  end
  file:close()
  return pairs_read
end

-- Written aside and renamed, so that Cuevox never reads half an answer.
local function write_file(path, text)
  local file = io.open(path .. ".part", "wb")
  if not file then return end
  file:write(text)
  file:close()
  os.remove(path)  -- Windows does not rename over a file
  os.rename(path .. ".part", path)
end

local function to_sample(seconds, rate)
  return math.floor(seconds * rate + 0.5)
end

local function item_span(item, rate)
  local position = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
  local length = reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
  return to_sample(position, rate), to_sample(position + length, rate)
end

local function track_name(track)
  local _, name = reaper.GetSetMediaTrackInfo_String(track, "P_NAME", "", false)
  return name
end

local function find_item(id)
  for i = 0, reaper.CountMediaItems(0) - 1 do
    local item = reaper.GetMediaItem(0, i)
    local _, tag = reaper.GetSetMediaItemInfo_String(item, TAG, "", false)
    if tag == id then return item end
  end
  return nil
end

local function is_free(track, first, last, rate)
  for i = 0, reaper.CountTrackMediaItems(track) - 1 do
    local begins, ends = item_span(reaper.GetTrackMediaItem(track, i), rate)
    if begins < last and first < ends then return false end
  end
  return true
end

-- NAME, or NAME 2, NAME 3... where something lies in the way: nothing in a project is ever covered.
local function free_track(name, first, last, rate)
  local wanted, n = name, 2
  while true do
    local found = nil
    for i = 0, reaper.CountTracks(0) - 1 do
      local track = reaper.GetTrack(0, i)
      if track_name(track) == wanted then
        found = track
        break
      end
    end
    if not found then
      local at = reaper.CountTracks(0)
      reaper.InsertTrackAtIndex(at, true)
      local track = reaper.GetTrack(0, at)
      reaper.GetSetMediaTrackInfo_String(track, "P_NAME", wanted, true)
      return track
    end
    if is_free(found, first, last, rate) then return found end
    wanted, n = name .. " " .. n, n + 1
  end
end

local function describe(item, rate)
  local first, last = item_span(item, rate)
  local track = track_name(reaper.GetMediaItemTrack(item))
  return { ok = "1", sample = first, n_samples = last - first, track = track, text = "read back from REAPER" }
end

local function failed(text)
  return { ok = "0", text = text }
end

local function drop(job)
  local rate, count = tonumber(job.rate), tonumber(job.n_samples)
  local earlier = find_item(job.id)
  if earlier then return describe(earlier, rate) end  -- the same drop again is answered, not done twice
  local source = reaper.PCM_Source_CreateFromFile(job.file)
  if not source then return failed("REAPER cannot read " .. job.file) end
  local first = tonumber(job.sample)
  if not first then  -- no place was given: one second behind everything
    first = 0
    for i = 0, reaper.CountMediaItems(0) - 1 do
      local _, ends = item_span(reaper.GetMediaItem(0, i), rate)
      first = math.max(first, ends + rate)
    end
  end
  reaper.Undo_BeginBlock2(0)
  reaper.PreventUIRefresh(1)
  local item
  local fine, trouble = pcall(function()
    local track = free_track(job.track, first, first + count, rate)
    item = reaper.AddMediaItemToTrack(track)
    local take = reaper.AddTakeToMediaItem(item)
    reaper.SetMediaItemTake_Source(take, source)
    reaper.SetMediaItemInfo_Value(item, "D_POSITION", first / rate)
    reaper.SetMediaItemInfo_Value(item, "D_LENGTH", count / rate)
    reaper.SetMediaItemInfo_Value(item, "D_FADEINLEN", 0)
    reaper.SetMediaItemInfo_Value(item, "D_FADEOUTLEN", 0)
    reaper.SetMediaItemInfo_Value(item, "B_LOOPSRC", 0)
    reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", job.name, true)
    reaper.GetSetMediaItemInfo_String(item, "P_NOTES", job.note or "", true)
    reaper.GetSetMediaItemInfo_String(item, TAG, job.id, true)
  end)
  if not fine and item then reaper.DeleteTrackMediaItem(reaper.GetMediaItemTrack(item), item) end
  reaper.PreventUIRefresh(-1)  -- whatever happened, or REAPER would not paint again
  reaper.UpdateArrange()
  reaper.Undo_EndBlock2(0, "Cuevox: " .. job.name, -1)
  if not fine then error(trouble, 0) end
  reaper.Main_OnCommand(40047, 0)  -- build the peaks that are missing
  return describe(item, rate)
end

local function undo(job)
  local item = find_item(job.id)
  if not item then return failed(job.name .. " is not in the open project") end
  reaper.Undo_BeginBlock2(0)
  reaper.DeleteTrackMediaItem(reaper.GetMediaItemTrack(item), item)
  reaper.UpdateArrange()
  reaper.Undo_EndBlock2(0, "Cuevox: take out " .. job.name, -1)
  return { ok = "1", text = "taken out" }
end

local function verify(job)
  local item = find_item(job.id)
  if not item then return failed(job.name .. " is not in the open project") end
  return describe(item, tonumber(job.rate))
end

local ACTIONS = { drop = drop, undo = undo, verify = verify }

local function answer(job)
  local action = ACTIONS[job.action or ""]
  if not action then return failed("this companion does not know the action " .. tostring(job.action)) end
  if not (job.id and job.name and tonumber(job.rate) and tonumber(job.n_samples)) then
    return failed("the request lacks id, name, rate or n_samples")
  end
  local fine, result = pcall(action, job)
  if fine then return result end
  return failed("the companion stumbled: " .. tostring(result))
end

local function serve(spool)
  reaper.EnumerateFiles(spool, -1)  -- forget what was seen
  local names, answers, i = {}, {}, 0
  while true do
    local name = reaper.EnumerateFiles(spool, i)
    if not name then break end
    if name:match("%.job$") then names[#names + 1] = name end
    if name:match("%.answer$") then answers[#answers + 1] = name end  -- to what reaper_cuevox_ask.lua asked for
    i = i + 1
  end
  for _, name in ipairs(answers) do
    local given = read_pairs(spool .. "/" .. name)
    os.remove(spool .. "/" .. name)
    if given and given.ok ~= "1" then reaper.ShowConsoleMsg("Cuevox: " .. (given.text or "refused") .. "\n") end
  end
  for _, name in ipairs(names) do
    local job = read_pairs(spool .. "/" .. name)
    if job then
      local lines = {}
      for key, value in pairs(answer(job)) do
        local text = type(value) == "number" and string.format("%.0f", value) or tostring(value)
        lines[#lines + 1] = key .. "=" .. text:gsub("[\r\n]", " ") .. "\n"
      end
      os.remove(spool .. "/" .. name)
      write_file(spool .. "/" .. name:gsub("%.job$", ".result"), table.concat(lines))
    end
  end
end

local function ask_for_spool()
  local known = reaper.GetExtState(SECTION, "spool")
  if known ~= "" then return known end
  local given, folder = reaper.GetUserInputs("Cuevox", 1, "Spool folder (FOLDER/spool/reaper),extrawidth=240", "")
  if not given or folder == "" then return nil end
  reaper.SetExtState(SECTION, "spool", folder, true)
  return folder
end

local spool = ask_for_spool()
local next_poll, next_alive = 0, 0

local function loop()
  local now = reaper.time_precise()
  if now >= next_poll then
    next_poll = now + POLL_EVERY_S
    serve(spool)
  end
  if now >= next_alive then
    next_alive = now + ALIVE_EVERY_S
    write_file(spool .. "/alive", tostring(os.time()))
  end
  reaper.defer(loop)
end

-- Cuevox's target `reaper_web` calls the script for each drop, through REAPER's web interface; then it only looks once.
local function called_once()
  local once = reaper.GetExtState(SECTION, "once") == "1"
  if once then reaper.SetExtState(SECTION, "once", "", false) end
  return once
end

if spool then
  if called_once() then serve(spool) else loop() end
end
