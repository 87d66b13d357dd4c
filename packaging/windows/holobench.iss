; Inno Setup 6: the Windows installer of the frozen folder.
;   iscc /DVersion=0.1.0 packaging\windows\holobench.iss      after  python -m PyInstaller packaging\holobench.spec
; Per machine by default, per user where there are no administrator rights; silent with /VERYSILENT for Intune and Group Policy.
; No driver is installed: Windows' own MTP driver is the one that HoloBench talks to. Never replace it (Zadig) on a headset.

#ifndef Version
  #error Give the version: iscc /DVersion=...
#endif

[Setup]
AppId={{7C0D3F55-3B6E-4A52-9D4C-7B5C7E3B2A10}
AppName=HoloBench
AppVersion={#Version}
AppPublisher=The HoloBench developers
DefaultDirName={autopf}\HoloBench
DefaultGroupName=HoloBench
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
PrivilegesRequired=admin
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesEnvironment=yes
CloseApplications=yes
Compression=lzma2
SolidCompression=yes
OutputDir=..\..\dist
OutputBaseFilename=holobench-{#Version}-setup
UninstallDisplayIcon={app}\holobench-window.exe
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "fr"; MessagesFile: "compiler:Languages\French.isl"

[CustomMessages]
en.OnPath=Make the command “holobench” known to the terminal
fr.OnPath=Rendre la commande « holobench » disponible dans le terminal
en.Practice=HoloBench practice bench
fr.Practice=HoloBench, banc d’entraînement

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "{cm:OnPath}"

[Files]
Source: "..\..\dist\holobench\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion
Source: "..\..\LICENSE"; DestDir: "{app}"; DestName: "LICENSE.txt"

[Icons]
Name: "{group}\HoloBench"; Filename: "{app}\holobench-window.exe"
Name: "{group}\{cm:Practice}"; Filename: "{app}\holobench-window.exe"; Parameters: "practice"
Name: "{autodesktop}\HoloBench"; Filename: "{app}\holobench-window.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "{code:EnvironmentKey}"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; \
  Tasks: path; Check: NotOnPath

[Code]
function EnvironmentKey(Unused: String): String;
begin
  if IsAdminInstallMode then
    Result := 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
  else
    Result := 'Environment';
end;

function NotOnPath: Boolean;
var
  Known: String;
begin
  if not RegQueryStringValue(HKA, EnvironmentKey(''), 'Path', Known) then
    Known := '';
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Known) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Known: String;
begin
  if (Step = usPostUninstall) and RegQueryStringValue(HKA, EnvironmentKey(''), 'Path', Known) then begin
    StringChangeEx(Known, ';' + ExpandConstant('{app}'), '', True);
    RegWriteExpandStringValue(HKA, EnvironmentKey(''), 'Path', Known);
  end;
end;
