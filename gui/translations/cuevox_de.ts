<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>ColourButton</name>
    <message>
      <source>From the name</source>
      <translation>Aus dem Namen</translation>
    </message>
    <message>
      <source>Colour of the preset</source>
      <translation>Farbe der Vorlage</translation>
    </message>
  </context>
  <context>
    <name>Composer</name>
    <message>
      <source>Type a line to speak. Ctrl+Return renders it, Ctrl+P plays it at once.</source>
      <translation>Eine Zeile zum Sprechen eingeben. Strg+Eingabe rendert sie, Strg+P spielt sie sofort.</translation>
    </message>
    <message>
      <source>Text of the line</source>
      <translation>Text der Zeile</translation>
    </message>
    <message>
      <source>Character: track and folder of the clip; empty for the timbre's name</source>
      <translation>Figur: Spur und Ordner des Clips; leer: der Name des Timbres</translation>
    </message>
    <message>
      <source>no place</source>
      <translation>kein Ort</translation>
    </message>
    <message>
      <source>Where the clip goes: 72.5, sec:72.5, smp:3480000, tc:00:01:12:12@25 or bar:3.3.0</source>
      <translation>Wohin der Clip kommt: 72.5, sec:72.5, smp:3480000, tc:00:01:12:12@25 oder bar:3.3.0</translation>
    </message>
    <message>
      <source>Place on the timeline; empty for none</source>
      <translation>Ort auf der Timeline; leer für keinen</translation>
    </message>
    <message>
      <source>Exact length</source>
      <translation>Genaue Länge</translation>
    </message>
    <message>
      <source>Make the clip exactly this long; else it is as long as the voice takes</source>
      <translation>Den Clip genau so lang machen; sonst ist er so lang, wie die Stimme braucht</translation>
    </message>
    <message>
      <source>Wanted length in seconds</source>
      <translation>Gewünschte Länge in Sekunden</translation>
    </message>
    <message>
      <source>Number of takes</source>
      <translation>Anzahl der Takes</translation>
    </message>
    <message>
      <source>random</source>
      <translation>zufällig</translation>
    </message>
    <message>
      <source>Seed, a whole number; empty for a random one</source>
      <translation>Seed, eine ganze Zahl; leer für einen zufälligen</translation>
    </message>
    <message>
      <source>Into project</source>
      <translation>Ins Projekt</translation>
    </message>
    <message>
      <source>Put the clip into the DAW project as soon as it is rendered</source>
      <translation>Den Clip ins DAW-Projekt legen, sobald er gerendert ist</translation>
    </message>
    <message>
      <source>Play</source>
      <translation>Spielen</translation>
    </message>
    <message>
      <source>Render</source>
      <translation>Rendern</translation>
    </message>
    <message>
      <source>Speak this text at once through the sound device (Ctrl+P)</source>
      <translation>Diesen Text sofort über das Audiogerät sprechen (Strg+P)</translation>
    </message>
    <message>
      <source>Render this text to a clip (Ctrl+Return)</source>
      <translation>Diesen Text zu einem Clip rendern (Strg+Eingabe)</translation>
    </message>
    <message>
      <source>Character</source>
      <translation>Figur</translation>
    </message>
    <message>
      <source>At</source>
      <translation>Ort</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>Takes</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>Seed</translation>
    </message>
    <message>
      <source>There is no text to speak; type a line first.</source>
      <translation>Es gibt keinen Text zum Sprechen; zuerst eine Zeile eingeben.</translation>
    </message>
    <message>
      <source>The seed {seed} is no whole number from 0 to {most}.</source>
      <translation>Der Seed {seed} ist keine ganze Zahl von 0 bis {most}.</translation>
    </message>
    <message>
      <source>There is no timbre yet; drop a clip on the panel at the right.</source>
      <translation>Es gibt noch kein Timbre; rechts einen Clip auf das Feld ziehen.</translation>
    </message>
    <message>
      <source>the timbre's name</source>
      <translation>der Name des Timbres</translation>
    </message>
  </context>
  <context>
    <name>CueDialog</name>
    <message>
      <source>Change {line}</source>
      <translation>{line} ändern</translation>
    </message>
    <message numerus="yes">
      <source>Change %n line(s)</source>
      <translation>
        <numerusform>%n Zeile ändern</numerusform>
        <numerusform>%n Zeilen ändern</numerusform>
      </translation>
    </message>
    <message>
      <source>several; they stay as they are</source>
      <translation>mehrere; sie bleiben, wie sie sind</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>Character</source>
      <translation>Figur</translation>
    </message>
    <message>
      <source>Timbre</source>
      <translation>Timbre</translation>
    </message>
    <message>
      <source>Emotion: a preset, or weights such as angry=0.7,sad=0.2</source>
      <translation>Emotion: eine Vorlage oder Gewichte wie angry=0.7,sad=0.2</translation>
    </message>
    <message>
      <source>Strength of the emotion, 0 to 1</source>
      <translation>Stärke der Emotion, 0 bis 1</translation>
    </message>
    <message>
      <source>Length</source>
      <translation>Länge</translation>
    </message>
    <message>
      <source>stays as it is</source>
      <translation>bleibt, wie sie ist</translation>
    </message>
    <message>
      <source>natural</source>
      <translation>natürlich</translation>
    </message>
    <message>
      <source>exactly</source>
      <translation>genau</translation>
    </message>
    <message>
      <source>Length in seconds</source>
      <translation>Länge in Sekunden</translation>
    </message>
    <message>
      <source>Place on the timeline; empty for none</source>
      <translation>Ort auf der Timeline; leer für keinen</translation>
    </message>
    <message>
      <source>no place</source>
      <translation>kein Ort</translation>
    </message>
    <message>
      <source>Render new takes at once</source>
      <translation>Sofort neue Takes rendern</translation>
    </message>
    <message>
      <source>There is no text to speak; write a line, or cancel.</source>
      <translation>Es gibt keinen Text zum Sprechen; eine Zeile schreiben oder abbrechen.</translation>
    </message>
    <message>
      <source>Emotion</source>
      <translation>Emotion</translation>
    </message>
    <message>
      <source>Strength</source>
      <translation>Stärke</translation>
    </message>
    <message>
      <source>At</source>
      <translation>Ort</translation>
    </message>
    <message>
      <source>Change</source>
      <translation>Ändern</translation>
    </message>
  </context>
  <context>
    <name>CueView</name>
    <message>
      <source>Lines</source>
      <translation>Zeilen</translation>
    </message>
    <message>
      <source>As the width allows</source>
      <translation>Wie die Breite es zulässt</translation>
    </message>
  </context>
  <context>
    <name>EmotionPad</name>
    <message>
      <source>Emotion pad: valence from left to right, arousal from bottom to top</source>
      <translation>Emotionsfeld: Valenz von links nach rechts, Erregung von unten nach oben</translation>
    </message>
    <message>
      <source>Right is pleasant, up is excited. Drag the point or use the arrow keys; Home is neutral.</source>
      <translation>Rechts ist angenehm, oben ist erregt. Den Punkt ziehen oder die Pfeiltasten benutzen; Pos1 ist neutral.</translation>
    </message>
    <message>
      <source>valence {x}, arousal {y}</source>
      <translation>Valenz {x}, Erregung {y}</translation>
    </message>
  </context>
  <context>
    <name>EmotionTools</name>
    <message>
      <source>Ways to an emotion</source>
      <translation>Wege zu einer Emotion</translation>
    </message>
    <message>
      <source>Read emotion</source>
      <translation>Emotion lesen</translation>
    </message>
    <message>
      <source>From the line</source>
      <translation>Aus der Zeile</translation>
    </message>
    <message>
      <source>Drop a clip here: its emotion, whoever speaks, moves the sliders.</source>
      <translation>Einen Clip hierher ziehen: Seine Emotion bewegt die Regler, wer auch immer spricht.</translation>
    </message>
    <message>
      <source>Pad</source>
      <translation>Feld</translation>
    </message>
    <message>
      <source>Blend</source>
      <translation>Mischen</translation>
    </message>
    <message>
      <source>Words, clip</source>
      <translation>Worte, Clip</translation>
    </message>
    <message>
      <source>Blend from</source>
      <translation>Mischen von</translation>
    </message>
    <message>
      <source>Blend to</source>
      <translation>Mischen nach</translation>
    </message>
    <message>
      <source>Share of the second preset in the blend</source>
      <translation>Anteil der zweiten Vorlage an der Mischung</translation>
    </message>
    <message>
      <source>Left: all of the first preset, right: all of the second</source>
      <translation>Links: ganz die erste Vorlage, rechts: ganz die zweite</translation>
    </message>
    <message>
      <source>From</source>
      <translation>Von</translation>
    </message>
    <message>
      <source>To</source>
      <translation>Nach</translation>
    </message>
    <message>
      <source>he is close to tears</source>
      <translation>he is close to tears (englisch)</translation>
    </message>
    <message>
      <source>Sentence that tells the emotion</source>
      <translation>Satz, der die Emotion beschreibt</translation>
    </message>
    <message>
      <source>Move the sliders to the emotion that the sentence tells or carries</source>
      <translation>Die Regler auf die Emotion stellen, die der Satz beschreibt oder ausdrückt</translation>
    </message>
    <message>
      <source>Move the sliders to the emotion that the text of the line carries</source>
      <translation>Die Regler auf die Emotion stellen, die der Text der Zeile ausdrückt</translation>
    </message>
    <message>
      <source>A sentence that tells it</source>
      <translation>Ein Satz, der sie beschreibt</translation>
    </message>
  </context>
  <context>
    <name>FilterBar</name>
    <message>
      <source>Search lines (Ctrl+F)</source>
      <translation>Zeilen suchen (Strg+F)</translation>
    </message>
    <message>
      <source>Search lines</source>
      <translation>Zeilen suchen</translation>
    </message>
    <message>
      <source>Only lines in this state</source>
      <translation>Nur Zeilen in diesem Zustand</translation>
    </message>
    <message>
      <source>All states</source>
      <translation>Alle Zustände</translation>
    </message>
    <message>
      <source>Only lines of this character</source>
      <translation>Nur Zeilen dieser Figur</translation>
    </message>
    <message>
      <source>All characters</source>
      <translation>Alle Figuren</translation>
    </message>
    <message>
      <source>Actions</source>
      <translation>Aktionen</translation>
    </message>
    <message>
      <source>What can be done with the chosen lines</source>
      <translation>Was mit den gewählten Zeilen getan werden kann</translation>
    </message>
    <message>
      <source>{shown} of {total}</source>
      <translation>{shown} von {total}</translation>
    </message>
  </context>
  <context>
    <name>FirstSteps</name>
    <message>
      <source>Hear an example</source>
      <translation>Beispiel anhören</translation>
    </message>
    <message>
      <source>Speaks a line through the sound device</source>
      <translation>Spricht eine Zeile über das Audiogerät</translation>
    </message>
    <message>
      <source>Paste lines</source>
      <translation>Zeilen einfügen</translation>
    </message>
    <message>
      <source>Each line of the clipboard's text, or each row of a table, is spoken (Ctrl+V)</source>
      <translation>Jede Zeile des Textes in der Zwischenablage, oder jede Reihe einer Tabelle, wird gesprochen (Strg+V)</translation>
    </message>
    <message>
      <source>Open a sheet...</source>
      <translation>Liste öffnen...</translation>
    </message>
    <message>
      <source>CSV, XLSX or subtitles; what is wrong with it is shown first (Ctrl+O)</source>
      <translation>CSV, XLSX oder Untertitel; was daran nicht stimmt, wird zuerst gezeigt (Strg+O)</translation>
    </message>
    <message>
      <source>Copy the message</source>
      <translation>Nachricht kopieren</translation>
    </message>
    <message>
      <source>Write a line below, choose who speaks and how at the right, press Ctrl+Return. Or take a script, or rows of a table: character, words, emotion.</source>
      <translation>Unten eine Zeile schreiben, rechts wählen, wer wie spricht, Strg+Eingabe drücken. Oder ein Skript nehmen, oder Reihen einer Tabelle: Figur, Worte, Emotion.</translation>
    </message>
    <message>
      <source>No lines yet</source>
      <translation>Noch keine Zeilen</translation>
    </message>
    <message>
      <source>Or have it sent by OSC to {address}:</source>
      <translation>Oder per OSC senden lassen an {address}:</translation>
    </message>
    <message>
      <source>Is there sound? The voice is being loaded; that takes a few seconds after a start.</source>
      <translation>Ist etwas zu hören? Die Stimme wird geladen; das dauert nach dem Start ein paar Sekunden.</translation>
    </message>
    <message>
      <source>The voice could not be loaded; the log says why.</source>
      <translation>Die Stimme konnte nicht geladen werden; das Protokoll sagt, warum.</translation>
    </message>
    <message>
      <source>Is there sound? The voice is ready.</source>
      <translation>Ist etwas zu hören? Die Stimme ist bereit.</translation>
    </message>
  </context>
  <context>
    <name>HelpPage</name>
    <message>
      <source>Search keys</source>
      <translation>Tasten suchen</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>Tasten</translation>
    </message>
  </context>
  <context>
    <name>LevelMeter</name>
    <message>
      <source>clipped</source>
      <translation>übersteuert</translation>
    </message>
  </context>
  <context>
    <name>LineEdits</name>
    <message>
      <source>add {line}</source>
      <translation>{line} hinzufügen</translation>
    </message>
    <message numerus="yes">
      <source>add %n line(s)</source>
      <translation>
        <numerusform>%n Zeile hinzufügen</numerusform>
        <numerusform>%n Zeilen hinzufügen</numerusform>
      </translation>
    </message>
    <message>
      <source>change {line}</source>
      <translation>{line} ändern</translation>
    </message>
    <message numerus="yes">
      <source>change %n line(s)</source>
      <translation>
        <numerusform>%n Zeile ändern</numerusform>
        <numerusform>%n Zeilen ändern</numerusform>
      </translation>
    </message>
    <message>
      <source>remove {line}</source>
      <translation>{line} entfernen</translation>
    </message>
    <message numerus="yes">
      <source>remove %n line(s)</source>
      <translation>
        <numerusform>%n Zeile entfernen</numerusform>
        <numerusform>%n Zeilen entfernen</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LivePad</name>
    <message>
      <source>speaks live</source>
      <translation>spricht live</translation>
    </message>
    <message>
      <source>▶ playing</source>
      <translation>▶ spielt</translation>
    </message>
    <message>
      <source>Speak {line} live: {words}</source>
      <translation>{line} live sprechen: {words}</translation>
    </message>
    <message>
      <source>Play {line}: {words}</source>
      <translation>{line} abspielen: {words}</translation>
    </message>
    <message>
      <source>, playing</source>
      <translation>, spielt</translation>
    </message>
  </context>
  <context>
    <name>LivePage</name>
    <message>
      <source>Search lines to play</source>
      <translation>Zeilen zum Abspielen suchen</translation>
    </message>
    <message>
      <source>Speak anew</source>
      <translation>Neu sprechen</translation>
    </message>
    <message>
      <source>A press speaks the line live, with a seed of its own, instead of its picked take</source>
      <translation>Ein Druck spricht die Zeile live mit eigenem Seed, statt ihren gewählten Take zu spielen</translation>
    </message>
    <message>
      <source>Type a line; Return speaks it at once</source>
      <translation>Zeile eingeben; Eingabe spricht sie sofort</translation>
    </message>
    <message>
      <source>Words to speak at once</source>
      <translation>Worte, die sofort gesprochen werden</translation>
    </message>
    <message>
      <source>Speak</source>
      <translation>Sprechen</translation>
    </message>
    <message>
      <source>Sound device</source>
      <translation>Audiogerät</translation>
    </message>
    <message>
      <source>Output level in decibels</source>
      <translation>Ausgangspegel in Dezibel</translation>
    </message>
    <message>
      <source>no sound yet</source>
      <translation>noch kein Ton</translation>
    </message>
    <message>
      <source>From asking for a sound to its first sample at the device</source>
      <translation>Von der Anforderung eines Tons bis zu seinem ersten Sample am Gerät</translation>
    </message>
    <message>
      <source>Stop all</source>
      <translation>Alles stoppen</translation>
    </message>
    <message>
      <source>End all sound at once (Esc)</source>
      <translation>Allen Ton sofort beenden (Esc)</translation>
    </message>
    <message>
      <source>No line has a take yet. Type one above, or render one on the first page; then it stands here.</source>
      <translation>Noch hat keine Zeile einen Take. Oben eine eingeben oder auf der ersten Seite eine rendern; dann steht sie hier.</translation>
    </message>
    <message>
      <source>as {timbre}, {emotion}</source>
      <translation>als {timbre}, {emotion}</translation>
    </message>
    <message>
      <source>first sound after {ms:.0f} ms</source>
      <translation>erster Ton nach {ms:.0f} ms</translation>
    </message>
    <message>
      <source>the system's own device</source>
      <translation>das Gerät des Systems</translation>
    </message>
    <message numerus="yes">
      <source>, %n gap(s)</source>
      <translation>
        <numerusform>, %n Lücke</numerusform>
        <numerusform>, %n Lücken</numerusform>
      </translation>
    </message>
    <message>
      <source>{name}: {ms:.0f} ms in the device{gaps}</source>
      <translation>{name}: {ms:.0f} ms im Gerät{gaps}</translation>
    </message>
    <message>
      <source>no sound device is open</source>
      <translation>kein Audiogerät ist offen</translation>
    </message>
    <message>
      <source>Live</source>
      <translation>Live</translation>
    </message>
    <message>
      <source>Output</source>
      <translation>Ausgang</translation>
    </message>
    <message>
      <source>{n} more: search for them</source>
      <translation>{n} weitere: über die Suche</translation>
    </message>
  </context>
  <context>
    <name>LogPage</name>
    <message>
      <source>Log</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>Nothing yet. Errors, warnings and what became of each take appear here.</source>
      <translation>Noch nichts. Fehler, Warnungen und was aus jedem Take wurde, erscheinen hier (auf Englisch).</translation>
    </message>
    <message>
      <source>Copy all</source>
      <translation>Alles kopieren</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>Leeren</translation>
    </message>
  </context>
  <context>
    <name>OscPage</name>
    <message>
      <source>Pause</source>
      <translation>Anhalten</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>Leeren</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>Senden</translation>
    </message>
    <message>
      <source>Listen there</source>
      <translation>Dort hören</translation>
    </message>
    <message>
      <source>Go on ({n})</source>
      <translation>Weiter ({n})</translation>
    </message>
    <message>
      <source>no reply came; look at the address: docs/osc.md lists them all</source>
      <translation>keine Antwort kam; die Adresse prüfen: docs/osc.md nennt alle</translation>
    </message>
    <message>
      <source>reply to {command}: {words}</source>
      <translation>Antwort auf {command}: {words}</translation>
    </message>
    <message>
      <source>Filter messages</source>
      <translation>Nachrichten filtern</translation>
    </message>
    <message>
      <source>Which messages</source>
      <translation>Welche Nachrichten</translation>
    </message>
    <message>
      <source>In and out</source>
      <translation>Ein und aus</translation>
    </message>
    <message>
      <source>In only</source>
      <translation>Nur ein</translation>
    </message>
    <message>
      <source>Out only</source>
      <translation>Nur aus</translation>
    </message>
    <message>
      <source>Errors only</source>
      <translation>Nur Fehler</translation>
    </message>
    <message>
      <source>Let the list stand still; what comes meanwhile is shown afterwards</source>
      <translation>Die Liste anhalten; was inzwischen kommt, wird danach gezeigt</translation>
    </message>
    <message>
      <source>The chosen messages as text; all that are shown where none is chosen</source>
      <translation>Die gewählten Nachrichten als Text; alle gezeigten, wenn keine gewählt ist</translation>
    </message>
    <message>
      <source>OSC messages</source>
      <translation>OSC-Nachrichten</translation>
    </message>
    <message>
      <source>OSC message to send: address, then arguments</source>
      <translation>OSC-Nachricht zum Senden: Adresse, dann Argumente</translation>
    </message>
    <message>
      <source>Words with spaces stand in quotes; 2 is an integer, 2.0 a float, '2' a word</source>
      <translation>Worte mit Leerzeichen stehen in Anführungszeichen; 2 ist eine ganze Zahl, 2.0 eine Fließkommazahl, '2' ein Wort</translation>
    </message>
    <message>
      <source>Interface to listen on</source>
      <translation>Schnittstelle, an der gehört wird</translation>
    </message>
    <message>
      <source>127.0.0.1: this machine only; 0.0.0.0: all, with a passcode in the settings</source>
      <translation>127.0.0.1: nur dieser Rechner; 0.0.0.0: alle, mit einem Kennwort in den Optionen</translation>
    </message>
    <message>
      <source>Port to listen on</source>
      <translation>Port, an dem gehört wird</translation>
    </message>
    <message>
      <source>Close the socket and open it there; lines and sounds go on</source>
      <translation>Den Socket schließen und dort öffnen; Zeilen und Töne laufen weiter</translation>
    </message>
    <message>
      <source>Address of the daemon, for a DAW or QLab</source>
      <translation>Adresse des Daemons, für eine DAW oder QLab</translation>
    </message>
    <message>
      <source>Message for the chosen line, to paste into another program</source>
      <translation>Nachricht für die gewählte Zeile, zum Einfügen in ein anderes Programm</translation>
    </message>
    <message>
      <source>Copy: {what}</source>
      <translation>Kopieren: {what}</translation>
    </message>
    <message>
      <source>What the message is to do with the line</source>
      <translation>Was die Nachricht mit der Zeile tun soll</translation>
    </message>
    <message>
      <source>For which program</source>
      <translation>Für welches Programm</translation>
    </message>
    <message>
      <source>OSC</source>
      <translation>OSC</translation>
    </message>
    <message>
      <source>Send a test message</source>
      <translation>Testnachricht senden</translation>
    </message>
    <message>
      <source>Listens at (UDP, TCP)</source>
      <translation>Hört an (UDP, TCP)</translation>
    </message>
    <message>
      <source>For the chosen line</source>
      <translation>Für die gewählte Zeile</translation>
    </message>
    <message>
      <source>sent {message}</source>
      <translation>gesendet: {message}</translation>
    </message>
  </context>
  <context>
    <name>PresetDialog</name>
    <message>
      <source>Save preset</source>
      <translation>Vorlage speichern</translation>
    </message>
    <message>
      <source>Name of the preset</source>
      <translation>Name der Vorlage</translation>
    </message>
    <message>
      <source>Note: one line that says when to use it</source>
      <translation>Notiz: eine Zeile, die sagt, wann sie passt</translation>
    </message>
    <message>
      <source>when to use it</source>
      <translation>wann sie passt</translation>
    </message>
    <message>
      <source>Colour of the preset</source>
      <translation>Farbe der Vorlage</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Note</source>
      <translation>Notiz</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>Rename {name}</source>
      <translation>{name} umbenennen</translation>
    </message>
    <message>
      <source>New name</source>
      <translation>Neuer Name</translation>
    </message>
    <message>
      <source>Rename</source>
      <translation>Umbenennen</translation>
    </message>
    <message>
      <source>Lines that use the old one still find it.</source>
      <translation>Zeilen mit dem alten finden sie weiterhin.</translation>
    </message>
  </context>
  <context>
    <name>PresetEditor</name>
    <message>
      <source>Drop a WAV, FLAC, MP3 or OGG clip here to add a voice.</source>
      <translation>Einen Clip (WAV, FLAC, MP3, OGG) hierher ziehen, um eine Stimme hinzuzufügen.</translation>
    </message>
    <message>
      <source>Timbre</source>
      <translation>Timbre</translation>
    </message>
    <message>
      <source>Emotion preset</source>
      <translation>Emotionsvorlage</translation>
    </message>
    <message>
      <source>{emotion} weight</source>
      <translation>Gewicht: {emotion}</translation>
    </message>
    <message>
      <source>Strength of the emotion</source>
      <translation>Stärke der Emotion</translation>
    </message>
    <message>
      <source>Neutral</source>
      <translation>Neutral</translation>
    </message>
    <message>
      <source>All eight sliders to zero</source>
      <translation>Alle acht Regler auf null</translation>
    </message>
    <message>
      <source>Save preset...</source>
      <translation>Speichern...</translation>
    </message>
    <message>
      <source>Save these weights as an emotion preset of your own</source>
      <translation>Diese Gewichte als eigene Emotionsvorlage speichern</translation>
    </message>
    <message>
      <source>Hear changes</source>
      <translation>Änderungen hören</translation>
    </message>
    <message>
      <source>Speak the text below each time timbre or emotion are changed and let go of</source>
      <translation>Den Text unten jedes Mal sprechen, wenn Timbre oder Emotion geändert und losgelassen werden</translation>
    </message>
    <message>
      <source>strength</source>
      <translation>Stärke</translation>
    </message>
    <message>
      <source>Emotion</source>
      <translation>Emotion</translation>
    </message>
    <message>
      <source>custom</source>
      <translation>eigene</translation>
    </message>
    <message>
      <source>as the sliders stand</source>
      <translation>wie die Regler stehen</translation>
    </message>
    <message>
      <source>taken from the words of the line</source>
      <translation>aus den Worten der Zeile</translation>
    </message>
    <message>
      <source>{preset} copy</source>
      <translation>{preset} Kopie</translation>
    </message>
  </context>
  <context>
    <name>PresetMenu</name>
    <message>
      <source>More for emotion presets</source>
      <translation>Mehr für Emotionsvorlagen</translation>
    </message>
    <message>
      <source>Duplicate, rename, remove, export and import presets</source>
      <translation>Vorlagen duplizieren, umbenennen, entfernen, exportieren und importieren</translation>
    </message>
    <message>
      <source>Duplicate this preset...</source>
      <translation>Diese Vorlage duplizieren...</translation>
    </message>
    <message>
      <source>Rename this preset...</source>
      <translation>Diese Vorlage umbenennen...</translation>
    </message>
    <message>
      <source>Remove this preset</source>
      <translation>Diese Vorlage entfernen</translation>
    </message>
    <message>
      <source>Export this preset...</source>
      <translation>Diese Vorlage exportieren...</translation>
    </message>
    <message>
      <source>Export all of yours...</source>
      <translation>Alle eigenen exportieren...</translation>
    </message>
    <message>
      <source>Import presets...</source>
      <translation>Vorlagen importieren...</translation>
    </message>
    <message>
      <source>Bring {name} back</source>
      <translation>{name} zurückholen</translation>
    </message>
    <message>
      <source>Emotion presets (*.json)</source>
      <translation>Emotionsvorlagen (*.json)</translation>
    </message>
    <message>
      <source>Export emotion presets</source>
      <translation>Emotionsvorlagen exportieren</translation>
    </message>
    <message>
      <source>Import emotion presets</source>
      <translation>Emotionsvorlagen importieren</translation>
    </message>
  </context>
  <context>
    <name>SettingsPage</name>
    <message>
      <source>Search settings</source>
      <translation>Optionen suchen</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Open the data folder</source>
      <translation>Datenordner öffnen</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>Optionen</translation>
    </message>
    <message>
      <source>{device}: not on this machine</source>
      <translation>{device}: nicht auf diesem Rechner</translation>
    </message>
    <message>
      <source>The voice is being loaded...</source>
      <translation>Die Stimme wird geladen...</translation>
    </message>
    <message>
      <source>Saved. {voice} is loaded.</source>
      <translation>Gespeichert. {voice} ist geladen.</translation>
    </message>
    <message>
      <source>Saved.</source>
      <translation>Gespeichert.</translation>
    </message>
    <message>
      <source>Saved. Cuevox takes it on when it is started again.</source>
      <translation>Gespeichert. Cuevox übernimmt es beim nächsten Start.</translation>
    </message>
    <message>
      <source>Clips, projects, presets and settings.json: {folder}</source>
      <translation>Clips, Projekte, Vorlagen und settings.json: {folder}</translation>
    </message>
    <message>
      <source>Nothing has changed.</source>
      <translation>Nichts wurde geändert.</translation>
    </message>
  </context>
  <context>
    <name>SheetActions</name>
    <message>
      <source>Line sheets ({kinds})</source>
      <translation>Zeilenlisten ({kinds})</translation>
    </message>
    <message>
      <source>Open a sheet</source>
      <translation>Liste öffnen</translation>
    </message>
    <message>
      <source>Save as a sheet</source>
      <translation>Als Liste speichern</translation>
    </message>
    <message numerus="yes">
      <source>%n line(s) written to {path}</source>
      <translation>
        <numerusform>%n Zeile nach {path} geschrieben</numerusform>
        <numerusform>%n Zeilen nach {path} geschrieben</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n line(s) of {path}</source>
      <translation>
        <numerusform>%n Zeile aus {path}</numerusform>
        <numerusform>%n Zeilen aus {path}</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>SheetDialog</name>
    <message numerus="yes">
      <source>%n new line(s)</source>
      <translation>
        <numerusform>%n neue Zeile</numerusform>
        <numerusform>%n neue Zeilen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n changed line(s)</source>
      <translation>
        <numerusform>%n geänderte Zeile</numerusform>
        <numerusform>%n geänderte Zeilen</numerusform>
      </translation>
    </message>
    <message>
      <source>{n} as they are</source>
      <translation>{n} unverändert</translation>
    </message>
    <message>
      <source>{n} locked, left alone</source>
      <translation>{n} gesperrt, bleiben unberührt</translation>
    </message>
    <message>
      <source>no lines</source>
      <translation>keine Zeilen</translation>
    </message>
    <message numerus="yes">
      <source>%n problem(s) keep rows from being spoken</source>
      <translation>
        <numerusform>%n Problem hält Reihen vom Sprechen ab</numerusform>
        <numerusform>%n Probleme halten Reihen vom Sprechen ab</numerusform>
      </translation>
    </message>
    <message>
      <source>Nothing is wrong with it.</source>
      <translation>Alles in Ordnung.</translation>
    </message>
    <message>
      <source>Copy the problems</source>
      <translation>Probleme kopieren</translation>
    </message>
    <message numerus="yes">
      <source>Render %n line(s)</source>
      <translation>
        <numerusform>%n Zeile rendern</numerusform>
        <numerusform>%n Zeilen rendern</numerusform>
      </translation>
    </message>
    <message>
      <source>Row</source>
      <translation>Reihe</translation>
    </message>
    <message>
      <source>Column</source>
      <translation>Spalte</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>Art</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Was</translation>
    </message>
    <message>
      <source>Problems</source>
      <translation>Probleme</translation>
    </message>
    <message>
      <source>error</source>
      <translation>Fehler</translation>
    </message>
    <message>
      <source>note</source>
      <translation>Hinweis</translation>
    </message>
  </context>
  <context>
    <name>SoundView</name>
    <message>
      <source>Waveform of the chosen take</source>
      <translation>Wellenform des gewählten Takes</translation>
    </message>
  </context>
  <context>
    <name>TableActions</name>
    <message>
      <source>Play</source>
      <translation>Spielen</translation>
    </message>
    <message>
      <source>Edit again</source>
      <translation>Erneut bearbeiten</translation>
    </message>
    <message>
      <source>Change...</source>
      <translation>Ändern...</translation>
    </message>
    <message>
      <source>New take</source>
      <translation>Neuer Take</translation>
    </message>
    <message>
      <source>Into project</source>
      <translation>Ins Projekt</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Duplicate</source>
      <translation>Duplizieren</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <source>Paste lines</source>
      <translation>Zeilen einfügen</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
    <message>
      <source>Redo</source>
      <translation>Wiederholen</translation>
    </message>
    <message>
      <source>Open sheet...</source>
      <translation>Liste öffnen...</translation>
    </message>
    <message>
      <source>Save sheet...</source>
      <translation>Liste speichern...</translation>
    </message>
    <message>
      <source>Undo {what}</source>
      <translation>Rückgängig: {what}</translation>
    </message>
    <message>
      <source>Redo {what}</source>
      <translation>Wiederholen: {what}</translation>
    </message>
    <message>
      <source>Columns</source>
      <translation>Spalten</translation>
    </message>
  </context>
  <context>
    <name>TakeList</name>
    <message>
      <source>Takes of the chosen line</source>
      <translation>Takes der gewählten Zeile</translation>
    </message>
    <message>
      <source>Drag a take from here into a DAW or a folder</source>
      <translation>Einen Take von hier in eine DAW oder einen Ordner ziehen</translation>
    </message>
  </context>
  <context>
    <name>TakesView</name>
    <message>
      <source>Play take</source>
      <translation>Take spielen</translation>
    </message>
    <message>
      <source>Compare</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <source>Pick</source>
      <translation>Wählen</translation>
    </message>
    <message>
      <source>New takes</source>
      <translation>Neue Takes</translation>
    </message>
    <message>
      <source>Into project</source>
      <translation>Ins Projekt</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Spectrum</source>
      <translation>Spektrum</translation>
    </message>
    <message>
      <source>Lock</source>
      <translation>Sperren</translation>
    </message>
    <message>
      <source>Pick the best</source>
      <translation>Besten wählen</translation>
    </message>
    <message>
      <source>Back to the earlier pick</source>
      <translation>Zurück zur früheren Wahl</translation>
    </message>
    <message>
      <source>Out of the project again</source>
      <translation>Wieder aus dem Projekt</translation>
    </message>
    <message>
      <source>Play this take (Space)</source>
      <translation>Diesen Take spielen (Leertaste)</translation>
    </message>
    <message>
      <source>Hear the picked take and this one in turn, at equal loudness (B)</source>
      <translation>Den gewählten Take und diesen im Wechsel hören, bei gleicher Lautheit (B)</translation>
    </message>
    <message>
      <source>This take stands for the line from now on</source>
      <translation>Dieser Take steht von nun an für die Zeile</translation>
    </message>
    <message>
      <source>Render as many new takes of the line, each with a seed of its own</source>
      <translation>So viele neue Takes der Zeile rendern, jeden mit eigenem Seed</translation>
    </message>
    <message>
      <source>Put the picked take into the DAW project (Ctrl+D in the table)</source>
      <translation>Den gewählten Take ins DAW-Projekt legen (Strg+D in der Tabelle)</translation>
    </message>
    <message>
      <source>Stop making the takes of this line (Ctrl+Backspace in the table)</source>
      <translation>Die Takes dieser Zeile nicht weiter rendern (Strg+Rücktaste in der Tabelle)</translation>
    </message>
    <message>
      <source>Spectrogram under the waveform (S)</source>
      <translation>Spektrogramm unter der Wellenform (S)</translation>
    </message>
    <message>
      <source>More for the takes of this line</source>
      <translation>Mehr für die Takes dieser Zeile</translation>
    </message>
    <message>
      <source>The best take by its scores, the earlier pick, the last drop undone</source>
      <translation>Der beste Take nach Punkten, die frühere Wahl, das letzte Ablegen rückgängig</translation>
    </message>
    <message>
      <source>A locked take is final: the line is not rendered, picked or removed any more</source>
      <translation>Ein gesperrter Take ist endgültig: Die Zeile wird nicht mehr gerendert, gewählt oder entfernt</translation>
    </message>
    <message>
      <source>How many new takes</source>
      <translation>Wie viele neue Takes</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>Takes</translation>
    </message>
    <message>
      <source>compared with {other}: {take} sounds at {gain} dB; B: the other</source>
      <translation>verglichen mit {other}: {take} klingt mit {gain} dB; B: der andere</translation>
    </message>
    <message>
      <source>Unlock</source>
      <translation>Entsperren</translation>
    </message>
    <message>
      <source>Choose a line to see its takes.</source>
      <translation>Eine Zeile wählen, um ihre Takes zu sehen.</translation>
    </message>
  </context>
  <context>
    <name>TimbreCard</name>
    <message>
      <source>Voice {name}</source>
      <translation>Stimme {name}</translation>
    </message>
    <message>
      <source>consent: {who}</source>
      <translation>Einwilligung: {who}</translation>
    </message>
    <message>
      <source>yours</source>
      <translation>eigene</translation>
    </message>
    <message>
      <source>between two</source>
      <translation>zwischen zweien</translation>
    </message>
    <message>
      <source>▶ Clip</source>
      <translation>▶ Clip</translation>
    </message>
    <message>
      <source>▶ Line</source>
      <translation>▶ Zeile</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>Nehmen</translation>
    </message>
    <message>
      <source>Play the clip that {name} was learnt from</source>
      <translation>Den Clip spielen, von dem {name} gelernt wurde</translation>
    </message>
    <message>
      <source>Hear {name} speak the text of the page of lines</source>
      <translation>{name} den Text der Seite Zeilen sprechen hören</translation>
    </message>
    <message>
      <source>Let {name} speak the next line</source>
      <translation>{name} die nächste Zeile sprechen lassen</translation>
    </message>
    <message>
      <source>More for {name}</source>
      <translation>Mehr für {name}</translation>
    </message>
    <message>
      <source>Rename or remove this voice</source>
      <translation>Diese Stimme umbenennen oder entfernen</translation>
    </message>
    <message>
      <source>Rename...</source>
      <translation>Umbenennen...</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
  </context>
  <context>
    <name>TimbreDialog</name>
    <message>
      <source>A voice from {file}</source>
      <translation>Eine Stimme aus {file}</translation>
    </message>
    <message>
      <source>Waveform; the handles trim it</source>
      <translation>Wellenform; die Griffe schneiden sie zu</translation>
    </message>
    <message>
      <source>Play this part</source>
      <translation>Diesen Teil spielen</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Stopp</translation>
    </message>
    <message>
      <source>reading the clip...</source>
      <translation>der Clip wird gelesen...</translation>
    </message>
    <message>
      <source>how it sounds, e.g. warm, close</source>
      <translation>wie sie klingt, z. B. warm, nah</translation>
    </message>
    <message>
      <source>the speaker's name</source>
      <translation>Name der sprechenden Person</translation>
    </message>
    <message>
      <source>e.g. dialogue of the game Northgate</source>
      <translation>z. B. Dialoge des Spiels Northgate</translation>
    </message>
    <message>
      <source>Start of the part</source>
      <translation>Anfang des Ausschnitts</translation>
    </message>
    <message>
      <source>End of the part</source>
      <translation>Ende des Ausschnitts</translation>
    </message>
    <message>
      <source>Add voice</source>
      <translation>Stimme hinzufügen</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Note</source>
      <translation>Notiz</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>Who agreed</source>
      <translation>Wer willigte ein</translation>
    </message>
    <message>
      <source>When</source>
      <translation>Wann</translation>
    </message>
    <message>
      <source>To what</source>
      <translation>In was</translation>
    </message>
    <message>
      <source>Consent of the speaker (required; it is kept with every clip)</source>
      <translation>Einwilligung der sprechenden Person (nötig; bleibt bei jedem Clip)</translation>
    </message>
    <message numerus="yes">
      <source>{s:.1f} s of speech, {db:.0f} dB above the noise, %n sample(s) cut off</source>
      <translation>
        <numerusform>{s:.1f} s Sprache, {db:.0f} dB über dem Rauschen, %n Sample abgeschnitten</numerusform>
        <numerusform>{s:.1f} s Sprache, {db:.0f} dB über dem Rauschen, %n Samples abgeschnitten</numerusform>
      </translation>
    </message>
    <message>
      <source>✓ one person speaks</source>
      <translation>✓ eine Person spricht</translation>
    </message>
  </context>
  <context>
    <name>TimbrePage</name>
    <message>
      <source>Search voices</source>
      <translation>Stimmen suchen</translation>
    </message>
    <message>
      <source>Add a voice...</source>
      <translation>Stimme hinzufügen...</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Stopp</translation>
    </message>
    <message>
      <source>From a clip of 5 to 10 s of one person; or drop the clip anywhere on this page</source>
      <translation>Aus einem Clip von 5 bis 10 s einer Person; oder den Clip irgendwo auf diese Seite ziehen</translation>
    </message>
    <message>
      <source>▶ Hear</source>
      <translation>▶ Hören</translation>
    </message>
    <message>
      <source>Save as a voice...</source>
      <translation>Als Stimme speichern...</translation>
    </message>
    <message>
      <source>Morph from</source>
      <translation>Morph von</translation>
    </message>
    <message>
      <source>Morph to</source>
      <translation>Morph nach</translation>
    </message>
    <message>
      <source>Share of the second voice</source>
      <translation>Anteil der zweiten Stimme</translation>
    </message>
    <message>
      <source>Left: all of the first voice, right: all of the second; heard when let go of</source>
      <translation>Links: ganz die erste Stimme, rechts: ganz die zweite; beim Loslassen zu hören</translation>
    </message>
    <message>
      <source>Between two voices</source>
      <translation>Zwischen zwei Stimmen</translation>
    </message>
    <message>
      <source>Bring {name} back</source>
      <translation>{name} zurückholen</translation>
    </message>
    <message>
      <source>A clip of one person</source>
      <translation>Ein Clip einer Person</translation>
    </message>
    <message>
      <source>Sound</source>
      <translation>Ton</translation>
    </message>
  </context>
  <context>
    <name>TransportBar</name>
    <message>
      <source>Stop</source>
      <translation>Stopp</translation>
    </message>
    <message>
      <source>Stop all sound (Esc)</source>
      <translation>Allen Ton stoppen (Esc)</translation>
    </message>
    <message>
      <source>Output level in decibels</source>
      <translation>Ausgangspegel in Dezibel</translation>
    </message>
    <message>
      <source>Load: share of the time in which lines are being made, in percent</source>
      <translation>Last: Anteil der Zeit, in der Zeilen gerendert werden, in Prozent</translation>
    </message>
    <message>
      <source>Cancel all</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Cancel all lines that wait or are being made</source>
      <translation>Alle Zeilen abbrechen, die warten oder gerendert werden</translation>
    </message>
    <message>
      <source>Last error</source>
      <translation>Letzter Fehler</translation>
    </message>
    <message>
      <source>Load</source>
      <translation>Last</translation>
    </message>
    <message>
      <source>Level</source>
      <translation>Pegel</translation>
    </message>
    <message>
      <source>{n} queued</source>
      <translation>{n} offen</translation>
    </message>
    <message>
      <source>{n} rendering</source>
      <translation>{n} rendern</translation>
    </message>
    <message>
      <source>{n} playing</source>
      <translation>{n} spielen</translation>
    </message>
    <message>
      <source>idle</source>
      <translation>untätig</translation>
    </message>
    <message>
      <source>{time} left</source>
      <translation>noch {time}</translation>
    </message>
    <message>
      <source>voice model</source>
      <translation>Stimmmodell</translation>
    </message>
    <message>
      <source>CPU {cpu:.0%}   {own:.1f} GB</source>
      <translation>CPU {cpu:.0%}   {own:.1f} GB</translation>
    </message>
    <message>
      <source>All processors together: {cpu:.0%} in use</source>
      <translation>Alle Prozessoren zusammen: {cpu:.0%} belegt</translation>
    </message>
    <message>
      <source>Memory: {own:.1f} GB by Cuevox, {used:.1f} of {total:.1f} GB in all</source>
      <translation>Speicher: {own:.1f} GB von Cuevox, {used:.1f} von {total:.1f} GB insgesamt</translation>
    </message>
    <message>
      <source>{n:.1f} GB</source>
      <translation>{n:.1f} GB</translation>
    </message>
    <message>
      <source>{gpu}: {used:.1f} of {total:.1f} GB in use</source>
      <translation>{gpu}: {used:.1f} von {total:.1f} GB belegt</translation>
    </message>
    <message>
      <source>Load of the graphics card: not known (nvidia-ml-py is not installed)</source>
      <translation>Last der Grafikkarte: nicht bekannt (nvidia-ml-py ist nicht installiert)</translation>
    </message>
    <message>
      <source>Load of the graphics card: {load:.0%}</source>
      <translation>Last der Grafikkarte: {load:.0%}</translation>
    </message>
    <message>
      <source>unknown</source>
      <translation>unbekannt</translation>
    </message>
    <message>
      <source>Error: {what}</source>
      <translation>Fehler: {what}</translation>
    </message>
    <message>
      <source>Click to open the log.</source>
      <translation>Klicken öffnet das Protokoll.</translation>
    </message>
  </context>
  <context>
    <name>Tray</name>
    <message>
      <source>Show Cuevox</source>
      <translation>Cuevox zeigen</translation>
    </message>
    <message>
      <source>Stop all sound</source>
      <translation>Allen Ton stoppen</translation>
    </message>
    <message>
      <source>Quit Cuevox</source>
      <translation>Cuevox beenden</translation>
    </message>
    <message>
      <source>Cuevox: {n} to be made</source>
      <translation>Cuevox: {n} zu rendern</translation>
    </message>
  </context>
  <context>
    <name>emotions</name>
    <message>
      <source>happy</source>
      <translation>froh</translation>
    </message>
    <message>
      <source>angry</source>
      <translation>wütend</translation>
    </message>
    <message>
      <source>sad</source>
      <translation>traurig</translation>
    </message>
    <message>
      <source>afraid</source>
      <translation>ängstlich</translation>
    </message>
    <message>
      <source>disgusted</source>
      <translation>angewidert</translation>
    </message>
    <message>
      <source>melancholic</source>
      <translation>schwermütig</translation>
    </message>
    <message>
      <source>surprised</source>
      <translation>überrascht</translation>
    </message>
    <message>
      <source>calm</source>
      <translation>ruhig</translation>
    </message>
  </context>
  <context>
    <name>keys</name>
    <message>
      <source>Anywhere</source>
      <translation>Überall</translation>
    </message>
    <message>
      <source>render the text</source>
      <translation>den Text rendern</translation>
    </message>
    <message>
      <source>play the text at once</source>
      <translation>den Text sofort sprechen</translation>
    </message>
    <message>
      <source>stop all sound</source>
      <translation>allen Ton stoppen</translation>
    </message>
    <message>
      <source>to the text</source>
      <translation>zum Text</translation>
    </message>
    <message>
      <source>to the search</source>
      <translation>zur Suche</translation>
    </message>
    <message>
      <source>to the table of lines</source>
      <translation>zur Tabelle der Zeilen</translation>
    </message>
    <message>
      <source>lines, voices, live, OSC, log, settings, help</source>
      <translation>Zeilen, Stimmen, Live, OSC, Protokoll, Optionen, Hilfe</translation>
    </message>
    <message>
      <source>this page</source>
      <translation>diese Seite</translation>
    </message>
    <message>
      <source>close the window; into the tray where the settings say so</source>
      <translation>das Fenster schließen; in die Leiste, wo die Einstellungen es sagen</translation>
    </message>
    <message>
      <source>to the next control, to the one before</source>
      <translation>zum nächsten Element, zum vorigen</translation>
    </message>
    <message>
      <source>In the table of lines</source>
      <translation>In der Tabelle der Zeilen</translation>
    </message>
    <message>
      <source>play the line</source>
      <translation>die Zeile abspielen</translation>
    </message>
    <message>
      <source>take its text and wishes over into the fields below</source>
      <translation>Text und Wünsche in die Felder unten übernehmen</translation>
    </message>
    <message>
      <source>change the chosen lines: words, character, timbre, length...</source>
      <translation>die gewählten Zeilen ändern: Worte, Figur, Timbre, Länge...</translation>
    </message>
    <message>
      <source>a new take of each chosen line</source>
      <translation>ein neuer Take jeder gewählten Zeile</translation>
    </message>
    <message>
      <source>the chosen lines into the project</source>
      <translation>die gewählten Zeilen ins Projekt</translation>
    </message>
    <message>
      <source>cancel the chosen lines</source>
      <translation>die gewählten Zeilen abbrechen</translation>
    </message>
    <message>
      <source>remove the chosen lines; their clips stay on the disk</source>
      <translation>die gewählten Zeilen entfernen; ihre Clips bleiben auf der Platte</translation>
    </message>
    <message>
      <source>undo; redo</source>
      <translation>rückgängig; wiederholen</translation>
    </message>
    <message>
      <source>duplicate the chosen lines</source>
      <translation>die gewählten Zeilen duplizieren</translation>
    </message>
    <message>
      <source>copy the chosen lines; paste lines or rows of a table</source>
      <translation>die gewählten Zeilen kopieren; Zeilen oder Reihen einer Tabelle einfügen</translation>
    </message>
    <message>
      <source>open a line sheet; save the lines that are shown as one</source>
      <translation>eine Zeilenliste öffnen; die gezeigten Zeilen als Liste speichern</translation>
    </message>
    <message>
      <source>choose all that are shown</source>
      <translation>alle gezeigten wählen</translation>
    </message>
    <message>
      <source>all that can be done, as a menu</source>
      <translation>alles, was möglich ist, als Menü</translation>
    </message>
    <message>
      <source>In the takes</source>
      <translation>In den Takes</translation>
    </message>
    <message>
      <source>play the take</source>
      <translation>den Take spielen</translation>
    </message>
    <message>
      <source>compare the picked take and the chosen one at equal loudness</source>
      <translation>den gewählten Take und den markierten bei gleicher Lautheit vergleichen</translation>
    </message>
    <message>
      <source>zoom in, zoom out, all of the clip</source>
      <translation>vergrößern, verkleinern, der ganze Clip</translation>
    </message>
    <message>
      <source>spectrogram</source>
      <translation>Spektrogramm</translation>
    </message>
    <message>
      <source>On the live page</source>
      <translation>Auf der Live-Seite</translation>
    </message>
    <message>
      <source>play one of the first nine lines</source>
      <translation>eine der ersten neun Zeilen spielen</translation>
    </message>
    <message>
      <source>stop all sound, while Stop all has the focus as at first</source>
      <translation>allen Ton stoppen, solange „Alles stoppen“ wie zu Beginn den Fokus hat</translation>
    </message>
    <message>
      <source>On the pad of emotions</source>
      <translation>Auf dem Emotionsfeld</translation>
    </message>
    <message>
      <source>move the point; neutral</source>
      <translation>den Punkt bewegen; neutral</translation>
    </message>
  </context>
  <context>
    <name>lines</name>
    <message>
      <source>State</source>
      <translation>Zustand</translation>
    </message>
    <message>
      <source>Line</source>
      <translation>Zeile</translation>
    </message>
    <message>
      <source>Character</source>
      <translation>Figur</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>Timbre</source>
      <translation>Timbre</translation>
    </message>
    <message>
      <source>Emotion</source>
      <translation>Emotion</translation>
    </message>
    <message>
      <source>At</source>
      <translation>Ort</translation>
    </message>
    <message>
      <source>Asked</source>
      <translation>Soll</translation>
    </message>
    <message>
      <source>Actual</source>
      <translation>Ist</translation>
    </message>
    <message>
      <source>Takes</source>
      <translation>Takes</translation>
    </message>
    <message>
      <source>natural</source>
      <translation>natürlich</translation>
    </message>
    <message>
      <source>seed {seed}</source>
      <translation>Seed {seed}</translation>
    </message>
  </context>
  <context>
    <name>messages</name>
    <message>
      <source>Time</source>
      <translation>Zeit</translation>
    </message>
    <message>
      <source>Way</source>
      <translation>Weg</translation>
    </message>
    <message>
      <source>Peer</source>
      <translation>Gegenstelle</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>Adresse</translation>
    </message>
    <message>
      <source>Arguments</source>
      <translation>Argumente</translation>
    </message>
    <message>
      <source>in</source>
      <translation>ein</translation>
    </message>
    <message>
      <source>out</source>
      <translation>aus</translation>
    </message>
  </context>
  <context>
    <name>pages</name>
    <message>
      <source>Lines</source>
      <translation>Zeilen</translation>
    </message>
    <message>
      <source>Voices</source>
      <translation>Stimmen</translation>
    </message>
    <message>
      <source>Live</source>
      <translation>Live</translation>
    </message>
    <message>
      <source>OSC</source>
      <translation>OSC</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>Optionen</translation>
    </message>
    <message>
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message>
      <source>several, with commas between them</source>
      <translation>mehrere, mit Kommas dazwischen</translation>
    </message>
    <message>
      <source>Ardour sessions (*.ardour)</source>
      <translation>Ardour-Sessions (*.ardour)</translation>
    </message>
    <message>
      <source>for example {name}</source>
      <translation>zum Beispiel {name}</translation>
    </message>
    <message>
      <source>Choose...</source>
      <translation>Wählen...</translation>
    </message>
    <message>
      <source>Choose: {what}</source>
      <translation>Wählen: {what}</translation>
    </message>
    <message>
      <source>Panel</source>
      <translation>Bedienfeld</translation>
    </message>
    <message>
      <source>Voice</source>
      <translation>Stimme</translation>
    </message>
    <message>
      <source>Clips</source>
      <translation>Clips</translation>
    </message>
    <message>
      <source>Sound</source>
      <translation>Ton</translation>
    </message>
    <message>
      <source>Into the DAW</source>
      <translation>In die DAW</translation>
    </message>
    <message>
      <source>OSC</source>
      <translation>OSC</translation>
    </message>
    <message>
      <source>Limits, log</source>
      <translation>Grenzen, Protokoll</translation>
    </message>
    <message>
      <source>Appearance</source>
      <translation>Aussehen</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>Size in percent</source>
      <translation>Größe in Prozent</translation>
    </message>
    <message>
      <source>Work on when the window is closed</source>
      <translation>Weiterarbeiten, wenn das Fenster zu ist</translation>
    </message>
    <message>
      <source>Folder of the official model</source>
      <translation>Ordner des offiziellen Modells</translation>
    </message>
    <message>
      <source>Compute on</source>
      <translation>Rechnen auf</translation>
    </message>
    <message>
      <source>Sound before all is said</source>
      <translation>Klang, bevor alles gesagt ist</translation>
    </message>
    <message>
      <source>Sample rate</source>
      <translation>Abtastrate</translation>
    </message>
    <message>
      <source>Bits a sample</source>
      <translation>Bits je Sample</translation>
    </message>
    <message>
      <source>Names of clips</source>
      <translation>Namen der Clips</translation>
    </message>
    <message>
      <source>Name of the project</source>
      <translation>Name des Projekts</translation>
    </message>
    <message>
      <source>Loudness in LUFS</source>
      <translation>Lautheit in LUFS</translation>
    </message>
    <message>
      <source>Highest true peak in dB</source>
      <translation>Höchster True Peak in dB</translation>
    </message>
    <message>
      <source>Trim silence at the ends</source>
      <translation>Stille an den Enden kürzen</translation>
    </message>
    <message>
      <source>Fade in, ms</source>
      <translation>Einblenden, ms</translation>
    </message>
    <message>
      <source>Fade out, ms</source>
      <translation>Ausblenden, ms</translation>
    </message>
    <message>
      <source>Silence before, ms</source>
      <translation>Stille davor, ms</translation>
    </message>
    <message>
      <source>Silence after, ms</source>
      <translation>Stille danach, ms</translation>
    </message>
    <message>
      <source>Sound device</source>
      <translation>Audiogerät</translation>
    </message>
    <message>
      <source>Every line into the project</source>
      <translation>Jede Zeile ins Projekt</translation>
    </message>
    <message>
      <source>Projects to drop into</source>
      <translation>Projekte zum Ablegen</translation>
    </message>
    <message>
      <source>Watched folder</source>
      <translation>Überwachter Ordner</translation>
    </message>
    <message>
      <source>Ardour session</source>
      <translation>Ardour-Session</translation>
    </message>
    <message>
      <source>Ardour's OSC port</source>
      <translation>OSC-Port von Ardour</translation>
    </message>
    <message>
      <source>Ardour's action slot</source>
      <translation>Action-Slot in Ardour</translation>
    </message>
    <message>
      <source>Tempo, beats a minute</source>
      <translation>Tempo, Schläge pro Minute</translation>
    </message>
    <message>
      <source>Beats per bar</source>
      <translation>Schläge pro Takt</translation>
    </message>
    <message>
      <source>Interface</source>
      <translation>Schnittstelle</translation>
    </message>
    <message>
      <source>Port</source>
      <translation>Port</translation>
    </message>
    <message>
      <source>Who may ask</source>
      <translation>Wer anfragen darf</translation>
    </message>
    <message>
      <source>Passcode</source>
      <translation>Kennwort</translation>
    </message>
    <message>
      <source>Obey time tags</source>
      <translation>Zeitmarken befolgen</translation>
    </message>
    <message>
      <source>Give memory back after, s</source>
      <translation>Speicher freigeben nach, s</translation>
    </message>
    <message>
      <source>Map of tempi and metres</source>
      <translation>Tempi und Taktarten</translation>
    </message>
    <message>
      <source>REAPER's web port</source>
      <translation>Web-Port von REAPER</translation>
    </message>
    <message>
      <source>REAPER's command</source>
      <translation>Befehl in REAPER</translation>
    </message>
    <message>
      <source>Port of the script in Live</source>
      <translation>Port des Skripts in Live</translation>
    </message>
    <message>
      <source>Port of Pro Tools</source>
      <translation>Port von Pro Tools</translation>
    </message>
    <message>
      <source>Frames a second of timelines</source>
      <translation>Bilder pro Sekunde der Timelines</translation>
    </message>
    <message>
      <source>Place in Wwise</source>
      <translation>Ort in Wwise</translation>
    </message>
    <message>
      <source>Give a silent voice up after, s</source>
      <translation>Hängende Stimme aufgeben nach, s</translation>
    </message>
    <message>
      <source>Takes that may wait</source>
      <translation>Takes, die warten dürfen</translation>
    </message>
    <message>
      <source>OSC messages at once</source>
      <translation>OSC-Nachrichten auf einmal</translation>
    </message>
    <message>
      <source>OSC messages a second</source>
      <translation>OSC-Nachrichten pro Sekunde</translation>
    </message>
    <message>
      <source>OSC messages a second of all</source>
      <translation>OSC-Nachrichten je Sekunde von allen</translation>
    </message>
    <message>
      <source>OSC commands that may wait</source>
      <translation>OSC-Befehle, die warten dürfen</translation>
    </message>
    <message>
      <source>Passcode to play only</source>
      <translation>Kennwort nur zum Spielen</translation>
    </message>
    <message>
      <source>Passcode to look only</source>
      <translation>Kennwort nur zum Ansehen</translation>
    </message>
    <message>
      <source>Tell the list of commands</source>
      <translation>Liste der Befehle mitteilen</translation>
    </message>
    <message>
      <source>Announce it in the network</source>
      <translation>Im Netz bekannt machen</translation>
    </message>
    <message>
      <source>Voices need a consent</source>
      <translation>Stimmen brauchen eine Einwilligung</translation>
    </message>
    <message>
      <source>Texts in the log</source>
      <translation>Texte ins Protokoll</translation>
    </message>
    <message>
      <source>REAPER, while it is open</source>
      <translation>REAPER, während es offen ist</translation>
    </message>
    <message>
      <source>a REAPER project, cuevox.RPP</source>
      <translation>ein REAPER-Projekt, cuevox.RPP</translation>
    </message>
    <message>
      <source>REAPER by its web interface</source>
      <translation>REAPER über seine Weboberfläche</translation>
    </message>
    <message>
      <source>Ardour, while it is open</source>
      <translation>Ardour, während es offen ist</translation>
    </message>
    <message>
      <source>an Ardour session, while it is closed</source>
      <translation>eine Ardour-Session, während sie zu ist</translation>
    </message>
    <message>
      <source>a DAWproject (Bitwig, Studio One, Cubase)</source>
      <translation>ein DAWproject (Bitwig, Studio One, Cubase)</translation>
    </message>
    <message>
      <source>a watched folder</source>
      <translation>ein überwachter Ordner</translation>
    </message>
    <message>
      <source>Audacity, while it is open</source>
      <translation>Audacity, während es offen ist</translation>
    </message>
    <message>
      <source>a timeline for editors (OTIO, FCP 7 XML, AAF)</source>
      <translation>eine Timeline für den Schnitt (OTIO, FCP 7 XML, AAF)</translation>
    </message>
    <message>
      <source>a table for Wwise</source>
      <translation>eine Tabelle für Wwise</translation>
    </message>
    <message>
      <source>a script for FMOD Studio</source>
      <translation>ein Skript für FMOD Studio</translation>
    </message>
    <message>
      <source>Ableton Live, while it is open</source>
      <translation>Ableton Live, während es offen ist</translation>
    </message>
    <message>
      <source>Pro Tools, while it is open</source>
      <translation>Pro Tools, während es offen ist</translation>
    </message>
    <message>
      <source>as the system</source>
      <translation>wie das System</translation>
    </message>
    <message>
      <source>dark</source>
      <translation>dunkel</translation>
    </message>
    <message>
      <source>light</source>
      <translation>hell</translation>
    </message>
    <message>
      <source>the fastest there is</source>
      <translation>dem schnellsten vorhandenen</translation>
    </message>
    <message>
      <source>the processor</source>
      <translation>dem Prozessor</translation>
    </message>
    <message>
      <source>a graphics card (CUDA)</source>
      <translation>einer Grafikkarte (CUDA)</translation>
    </message>
    <message>
      <source>the graphics of a Mac (MPS)</source>
      <translation>der Grafik eines Macs (MPS)</translation>
    </message>
    <message>
      <source>32 (float)</source>
      <translation>32 (Fließkomma)</translation>
    </message>
    <message>
      <source>an icon stays where the system has a place for it</source>
      <translation>ein Symbol bleibt, wo das System einen Platz dafür hat</translation>
    </message>
    <message>
      <source>empty: the voice that comes with Cuevox</source>
      <translation>leer: die Stimme, die mit Cuevox kommt</translation>
    </message>
    <message>
      <source>for the official model; the voice that comes with Cuevox always uses the processor</source>
      <translation>für das offizielle Modell; die Stimme, die mit Cuevox kommt, nutzt immer den Prozessor</translation>
    </message>
    <message>
      <source>the official model, for a given length</source>
      <translation>das offizielle Modell, bei gegebener Länge</translation>
    </message>
    <message>
      <source>empty: as the voice made it; -23</source>
      <translation>leer: wie die Stimme; -23</translation>
    </message>
    <message>
      <source>empty: -1 with a loudness, else any</source>
      <translation>leer: -1 mit Lautheit, sonst frei</translation>
    </message>
    <message>
      <source>empty: the system's own</source>
      <translation>leer: das des Systems</translation>
    </message>
    <message>
      <source>0: never</source>
      <translation>0: nie</translation>
    </message>
    <message>
      <source>empty: one tempo throughout</source>
      <translation>leer: ein Tempo durchweg</translation>
    </message>
    <message>
      <source>empty: the folder watch in the data folder</source>
      <translation>leer: der Ordner watch im Datenordner</translation>
    </message>
    <message>
      <source>the .ardour file, while it is closed</source>
      <translation>die .ardour-Datei, während sie zu ist</translation>
    </message>
    <message>
      <source>127.0.0.1: this machine only</source>
      <translation>127.0.0.1: nur dieser Rechner</translation>
    </message>
    <message>
      <source>addresses or networks, with commas between</source>
      <translation>Adressen oder Netze, mit Kommas dazwischen</translation>
    </message>
    <message>
      <source>needed beyond this machine</source>
      <translation>nötig über diesen Rechner hinaus</translation>
    </message>
    <message>
      <source>empty: none, nobody may only play</source>
      <translation>leer: keins, niemand darf nur spielen</translation>
    </message>
    <message>
      <source>empty: none, nobody may only look</source>
      <translation>leer: keins, niemand darf nur ansehen</translation>
    </message>
    <message>
      <source>off: every message is due when it comes</source>
      <translation>aus: jede Nachricht gilt, wenn sie kommt</translation>
    </message>
    <message>
      <source>over HTTP (OSCQuery)</source>
      <translation>über HTTP (OSCQuery)</translation>
    </message>
    <message>
      <source>by Zeroconf; never of this machine alone</source>
      <translation>über Zeroconf; nie von diesem Rechner allein</translation>
    </message>
    <message>
      <source>over OSC too, before one is learnt</source>
      <translation>auch über OSC, bevor eine gelernt wird</translation>
    </message>
    <message>
      <source>what lines say stands in it as well</source>
      <translation>auch was Zeilen sagen steht darin</translation>
    </message>
    <message>
      <source>of lines at the voice's own length</source>
      <translation>von Zeilen in der eigenen Länge der Stimme</translation>
    </message>
    <message>
      <source>where a line does not say so itself</source>
      <translation>wo eine Zeile es nicht selbst sagt</translation>
    </message>
  </context>
  <context>
    <name>states</name>
    <message>
      <source>queued</source>
      <translation>wartet</translation>
    </message>
    <message>
      <source>rendering</source>
      <translation>rendert</translation>
    </message>
    <message>
      <source>ready</source>
      <translation>bereit</translation>
    </message>
    <message>
      <source>dropping</source>
      <translation>wird abgelegt</translation>
    </message>
    <message>
      <source>dropped</source>
      <translation>im Projekt</translation>
    </message>
    <message>
      <source>playing</source>
      <translation>spielt</translation>
    </message>
    <message>
      <source>stopped</source>
      <translation>gestoppt</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>gescheitert</translation>
    </message>
    <message>
      <source>cancelled</source>
      <translation>abgebrochen</translation>
    </message>
  </context>
  <context>
    <name>takes</name>
    <message>
      <source>locked</source>
      <translation>gesperrt</translation>
    </message>
    <message>
      <source>best</source>
      <translation>bester</translation>
    </message>
    <message>
      <source>{take}   {length}   seed {seed}</source>
      <translation>{take}   {length}   Seed {seed}</translation>
    </message>
    <message>
      <source>silent</source>
      <translation>still</translation>
    </message>
    <message>
      <source>{n} clipped</source>
      <translation>{n} übersteuert</translation>
    </message>
    <message>
      <source>{n} samples</source>
      <translation>{n} Samples</translation>
    </message>
    <message>
      <source>{ms} ms lead</source>
      <translation>{ms} ms Vorlauf</translation>
    </message>
    <message>
      <source>other words</source>
      <translation>andere Worte</translation>
    </message>
    <message>
      <source>{n} samples at {rate} Hz</source>
      <translation>{n} Samples bei {rate} Hz</translation>
    </message>
    <message>
      <source>length error {n} samples</source>
      <translation>Längenfehler {n} Samples</translation>
    </message>
    <message>
      <source>exactly as long as asked</source>
      <translation>genau so lang wie verlangt</translation>
    </message>
    <message>
      <source>stretched x {n}</source>
      <translation>gedehnt x {n}</translation>
    </message>
    <message>
      <source>length x {n}</source>
      <translation>Länge x {n}</translation>
    </message>
    <message>
      <source>rank {n} of {all}</source>
      <translation>Rang {n} von {all}</translation>
    </message>
    <message>
      <source>peak {db} dB</source>
      <translation>Spitze {db} dB</translation>
    </message>
    <message>
      <source>{n} samples clipped</source>
      <translation>{n} Samples übersteuert</translation>
    </message>
    <message>
      <source>nothing clipped</source>
      <translation>nichts übersteuert</translation>
    </message>
    <message>
      <source>{ms} ms before the voice</source>
      <translation>{ms} ms vor der Stimme</translation>
    </message>
    <message>
      <source>text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>timbre</source>
      <translation>Timbre</translation>
    </message>
    <message>
      <source>emotion</source>
      <translation>Emotion</translation>
    </message>
    <message>
      <source>strength</source>
      <translation>Stärke</translation>
    </message>
    <message>
      <source>length</source>
      <translation>Länge</translation>
    </message>
    <message>
      <source>speed</source>
      <translation>Tempo</translation>
    </message>
    <message>
      <source>level</source>
      <translation>Pegel</translation>
    </message>
    <message>
      <source>clipping</source>
      <translation>Übersteuerung</translation>
    </message>
    <message>
      <source>silence</source>
      <translation>Stille</translation>
    </message>
  </context>
  <context>
    <name>voice</name>
    <message>
      <source>is loading</source>
      <translation>lädt</translation>
    </message>
    <message>
      <source>ready</source>
      <translation>bereit</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>nicht geladen</translation>
    </message>
    <message>
      <source>unloaded</source>
      <translation>entladen</translation>
    </message>
  </context>
</TS>
