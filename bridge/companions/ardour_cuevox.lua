ardour {
  ["type"] = "EditorAction",
  name = "Cuevox: take clips",
  author = "Cuevox",
  license = "GPL",
  description = [[Puts the clip that Cuevox asks for into the open session. Cuevox runs it over OSC; it does nothing when there is nothing to do.

Copy this file into Ardour's script folder (~/.config/ardour7/scripts), choose it for an action in Edit > Lua Scripts > Script Manager, and turn OSC on in Preferences > Control Surfaces.]]
}

function action_params ()
  return {
    ["spool"] = { title = "Spool folder (empty: ~/.local/share/Cuevox/spool/ardour)", default = "" },
  }
end

-- Ardour keeps this function alone, so all that it needs has to stand inside.
function factory (params)
  local spool = params and params["spool"] or ""
  if spool == "" then
    spool = (os.getenv ("XDG_DATA_HOME") or os.getenv ("HOME") .. "/.local/share") .. "/Cuevox/spool/ardour"
  end

  local function read_pairs (path)
    local file = io.open (path, "rb")
    if not file then return nil end
    local found = {}
    for line in file:lines () do
      local key, value = line:match ("^([%w_]+)=(.*)$")
      if key then found[key] = value end
    end
    file:close ()
    return found
  end

  -- Written aside and renamed, so that Cuevox never reads half an answer.
  local function write_file (path, text)
    local file = io.open (path .. ".part", "wb")
    if not file then return end
    file:write (text)
    file:close ()
    os.rename (path .. ".part", path)
  end

  local function failed (text)
    return { ok = "0", text = text }
  end

  local function samples (time)
    return math.tointeger (time:samples ())
  end

  local function span (region)
    local first = samples (region:position ())
    return first, first + samples (region:length ())
  end

  local function audio_tracks ()
    local found = {}
    for route in Session:get_tracks ():iter () do
      local track = route:to_track ()
      if not track:isnil () and not track:to_audio_track ():isnil () then found[#found + 1] = track end
    end
    return found
  end

  local function find (name)
    for _, track in ipairs (audio_tracks ()) do
      for region in track:playlist ():region_list ():iter () do
        if region:name () == name then return track, region end
      end
    end
    return nil
  end

  local function describe (track, region)
    local first, last = span (region)
    return { ok = "1", sample = first, n_samples = last - first, track = track:name (), text = "read back from Ardour" }
  end

  local function is_free (track, first, last)
    for region in track:playlist ():region_list ():iter () do
      local begins, ends = span (region)
      if begins < last and first < ends then return false end
    end
    return true
  end

  -- NAME, or NAME 2, NAME 3... where something lies in the way: nothing in a session is ever covered.
  local function free_track (name, first, last)
    local wanted, n = name, 2
    while true do
      local route = Session:route_by_name (wanted)
      if route:isnil () then
        local made = Session:new_audio_track (1, 2, nil, 1, wanted, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
        return made:front ():to_track ()
      end
      local track = route:to_track ()
      if not track:isnil () and not track:to_audio_track ():isnil () and is_free (track, first, last) then return track end
      wanted, n = name .. " " .. n, n + 1
    end
  end

  local function whole_files ()
    local found = {}
    for key, region in pairs (ARDOUR.RegionFactory.regions ():table ()) do
      if region:whole_file () then found[region:to_stateful ():id ():to_s ()] = region end
    end
    return found
  end

  -- -> the whole-file region that the file became. The copy on the timeline is made from it.
  local function import (path)
    local before = whole_files ()
    local files = C.StringVector ()
    files:push_back (path)
    Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportAsRegion, ARDOUR.SrcQuality.SrcBest,
      ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore,
      Temporal.timepos_t (0), ARDOUR.PluginInfo (), ARDOUR.Track (), false)
    for id, region in pairs (whole_files ()) do
      if not before[id] then return region end
    end
    return nil
  end

  -- One undo step named after the line.
  local function change (playlist, what, work)
    Session:begin_reversible_command (what)
    playlist:to_stateful ():clear_changes ()
    work ()
    Session:add_stateful_diff_command (playlist:to_statefuldestructible ())
    Session:commit_reversible_command (nil)
  end

  local function drop (job)
    local track, region = find (job.name)
    if region then return describe (track, region) end  -- the same drop again is answered, not done twice
    local count = math.tointeger (tonumber (job.n_samples))
    local first = math.tointeger (tonumber (job.sample))
    if not first then  -- no place was given: one second behind everything
      first = 0
      for _, each in ipairs (audio_tracks ()) do
        for other in each:playlist ():region_list ():iter () do
          local _, ends = span (other)
          first = math.max (first, ends + math.tointeger (Session:nominal_sample_rate ()))
        end
      end
    end
    local source = import (job.file)
    if not source then return failed ("Ardour did not import " .. job.file) end
    local clip = ARDOUR.RegionFactory.clone_region (source, true, false)
    clip:set_name (job.name)
    track = free_track (job.track, first, first + count)
    change (track:playlist (), "Cuevox: " .. job.name, function ()
      track:playlist ():add_region (clip, Temporal.timepos_t (first), 1, false)
    end)
    track, region = find (job.name)
    if not region then return failed (job.name .. " is not on the timeline after the import") end
    return describe (track, region)
  end

  local function undo (job)
    local track, region = find (job.name)
    if not region then return failed (job.name .. " is not in the open session") end
    change (track:playlist (), "Cuevox: take out " .. job.name, function () track:playlist ():remove_region (region) end)
    return { ok = "1", text = "taken out" }
  end

  local function verify (job)
    local track, region = find (job.name)
    if not region then return failed (job.name .. " is not in the open session") end
    return describe (track, region)
  end

  local function probe ()
    return { ok = "1", text = "session " .. Session:name () }
  end

  local actions = { drop = drop, undo = undo, verify = verify, probe = probe }

  local function answer (job)
    local action = actions[job.action or ""]
    if not action then return failed ("this script does not know the action " .. tostring (job.action)) end
    if action ~= probe then
      local rate = math.tointeger (Session:nominal_sample_rate ())
      if not (job.name and tonumber (job.n_samples)) then return failed ("the request lacks name or n_samples") end
      if rate ~= math.tointeger (tonumber (job.rate)) then
        return failed ("the session runs at " .. rate .. " Hz; set Cuevox's rate to the same and render the line again")
      end
    end
    local fine, result = pcall (action, job)
    if fine then return result end
    return failed ("the script stumbled: " .. tostring (result))
  end

  return function ()
    local path = spool .. "/request.job"  -- one at a time: Lua in Ardour cannot list a folder
    local job = read_pairs (path)
    if not job then return end
    os.remove (path)
    local result = answer (job)
    result.request = job.request
    local lines = {}
    for key, value in pairs (result) do
      lines[#lines + 1] = key .. "=" .. tostring (value):gsub ("[\r\n]", " ") .. "\n"
    end
    write_file (spool .. "/request.result", table.concat (lines))
  end
end
