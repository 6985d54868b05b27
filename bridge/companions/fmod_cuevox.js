// Cuevox for FMOD Studio: makes an event of each line, or gives an event that is there the line's new take.
//
// Written by Cuevox at every drop. Put it (or a link to it) into the Scripts folder of FMOD Studio, choose
// Scripts > Reload, then Scripts > Cuevox > Import lines. Events are Cuevox/CHARACTER/LINE, one sound on one track.

var LINES = [];  // end of lines

var FOLDER = "Cuevox";

function child(folder, kind, name) {
  for (var i = 0; i < folder.items.length; i += 1) {
    var item = folder.items[i];
    if (item.name === name && item.isOfType(kind)) { return item; }
  }
  return null;
}

function made(folder, kind, name) {
  var found = child(folder, kind, name);
  if (found) { return found; }
  var item = studio.project.create(kind);
  item.name = name;
  item.folder = folder;
  return item;
}

// The sound of a take that was imported before, so that no second copy of it is made. Takes never change.
function imported(file) {
  var bin = studio.project.workspace.masterAssetFolder;
  return bin && bin.getAsset ? bin.getAsset(file.split("/").pop()) : null;
}

function importLine(line) {
  var asset = imported(line.file) || studio.project.importAudioFile(line.file);
  if (!asset) { return "the file cannot be imported: " + line.file; }
  var root = made(studio.project.workspace.masterEventFolder, "EventFolder", FOLDER);
  var event = made(made(root, "EventFolder", line.character), "Event", line.line);
  event.note = line.text;
  var track = event.groupTracks.length ? event.groupTracks[0] : event.addGroupTrack("Voice");
  var sound = track.modules.length
    ? track.modules[0]
    : track.addSound(event.timeline, "SingleSound", 0, asset.length);
  sound.audioFile = asset;
  sound.length = asset.length;
  return null;
}

function importLines() {
  var problems = [];
  for (var i = 0; i < LINES.length; i += 1) {
    var problem = importLine(LINES[i]);
    if (problem) { problems.push(LINES[i].line + ": " + problem); }
  }
  var text = (LINES.length - problems.length) + " of " + LINES.length + " lines are in " + FOLDER + ".";
  studio.system.message([text].concat(problems).join("\n"));
}

studio.menu.addMenuItem({ name: "Cuevox\\Import lines", execute: importLines });
