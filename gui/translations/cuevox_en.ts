<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>CueDialog</name>
    <message numerus="yes">
      <source>Change %n line(s)</source>
      <translation>
        <numerusform>Change %n line</numerusform>
        <numerusform>Change %n lines</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LineEdits</name>
    <message numerus="yes">
      <source>add %n line(s)</source>
      <translation>
        <numerusform>add %n line</numerusform>
        <numerusform>add %n lines</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>change %n line(s)</source>
      <translation>
        <numerusform>change %n line</numerusform>
        <numerusform>change %n lines</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>remove %n line(s)</source>
      <translation>
        <numerusform>remove %n line</numerusform>
        <numerusform>remove %n lines</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LivePage</name>
    <message numerus="yes">
      <source>, %n gap(s)</source>
      <translation>
        <numerusform>, %n gap</numerusform>
        <numerusform>, %n gaps</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>SheetActions</name>
    <message numerus="yes">
      <source>%n line(s) written to {path}</source>
      <translation>
        <numerusform>%n line written to {path}</numerusform>
        <numerusform>%n lines written to {path}</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n line(s) of {path}</source>
      <translation>
        <numerusform>%n line of {path}</numerusform>
        <numerusform>%n lines of {path}</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>SheetDialog</name>
    <message numerus="yes">
      <source>%n new line(s)</source>
      <translation>
        <numerusform>%n new line</numerusform>
        <numerusform>%n new lines</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n changed line(s)</source>
      <translation>
        <numerusform>%n changed line</numerusform>
        <numerusform>%n changed lines</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n problem(s) keep rows from being spoken</source>
      <translation>
        <numerusform>%n problem keeps rows from being spoken</numerusform>
        <numerusform>%n problems keep rows from being spoken</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Render %n line(s)</source>
      <translation>
        <numerusform>Render %n line</numerusform>
        <numerusform>Render %n lines</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>TimbreDialog</name>
    <message numerus="yes">
      <source>{s:.1f} s of speech, {db:.0f} dB above the noise, %n sample(s) cut off</source>
      <translation>
        <numerusform>{s:.1f} s of speech, {db:.0f} dB above the noise, %n sample cut off</numerusform>
        <numerusform>{s:.1f} s of speech, {db:.0f} dB above the noise, %n samples cut off</numerusform>
      </translation>
    </message>
  </context>
</TS>
